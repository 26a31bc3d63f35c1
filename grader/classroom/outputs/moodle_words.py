"""Words of Moodle's language packs by which a grading worksheet is recognised, in lower case.

The worksheet's columns have a fixed order, so the words only confirm what the places and the contents say; a language
that is not among them is recognised all the same, and the notes say by what.
"""

from __future__ import annotations

MOST = frozenset({
    "maximum grade", "max grade", "bestwertung", "maximale bewertung", "beste bewertung", "note maximale",
    "nota máxima", "calificación máxima", "puntuación máxima", "nota maxima", "valutazione massima",
    "punteggio massimo", "voto massimo", "maximumcijfer", "maximale beoordeling", "maximum cijfer",
    "maksymalna ocena", "ocena maksymalna", "максимальная оценка", "максимальна оцінка", "最高成绩",
    "最高分", "最高分数", "最高分數", "最大評点", "最大評定", "maximalt betyg", "maksimal karakter",
    "maksimumskarakter", "maximální známka", "maximální hodnocení", "qualificació màxima",
    "cualificación máxima", "μέγιστος βαθμός", "en yüksek not", "enimmäisarvosana", "최고 성적",
    "최고 점수", "الدرجة العظمى", "ציון מרבי", "gehieneko kalifikazioa", "nota maximă",
    "maximális pontszám",
})  # fmt: skip
SCALE = frozenset({
    "scale", "skala", "bewertungsskala", "barème", "escala", "scala", "schaal", "шкала", "等级", "等級",
    "量尺", "評価尺度", "škála", "skála", "κλίμακα", "ölçek", "asteikko", "척도", "المقياس", "סולם",
    "eskala", "scală",
})  # fmt: skip
CHANGED = frozenset({
    "last modified (grade)", "zuletzt geändert (bewertung)", "dernière modification (évaluation)",
    "dernière modification (note)", "última modificación (calificación)", "última modificação (nota)",
    "última modificação (avaliação)", "última modificación (cualificación)",
    "ultima modifica (valutazione)", "laatst gewijzigd (beoordeling)", "laatst gewijzigd (cijfer)",
    "ostatnia modyfikacja (ocena)", "последнее изменение оценки", "последнее изменение (оценка)",
    "最后修改（教师）", "最後修改（老師）", "最後修改的(得分)", "最終更新日時 (評定)",
    "最終更新日時 (評点)", "poslední změna (hodnocení)", "senast ändrad (betyg)",
    "darrera modificació (qualificació)",
})  # fmt: skip
COMMENTS = frozenset({
    "feedback comments", "feedback als kommentar", "kommentare", "feedback-kommentare",
    "feedback par commentaires", "commentaires de feedback", "commentaires",
    "comentarios de retroalimentación", "comentarios de la tarea", "comentários de feedback", "comentários",
    "commenti", "commenti feedback", "feedback commenti", "feedback tekst", "feedbackopmerkingen",
    "opmerkingen", "komentarze", "komentarz zwrotny", "отзыв в виде комментария", "комментарии", "反馈评论",
    "回饋評論", "フィードバックコメント", "komentář", "comentaris de retroacció",
})  # fmt: skip
NO = frozenset({
    "no", "nein", "non", "não", "nao", "nee", "nie", "нет", "ні", "いいえ", "否", "不", "ne", "nej", "nei",
    "ei", "hayır", "όχι", "لا", "לא", "ez", "nem", "nu", "아니오", "아니요", "không", "tidak",
})  # fmt: skip
YES = frozenset({
    "yes", "ja", "oui", "sí", "si", "sì", "sim", "tak", "да", "так", "はい", "是", "ano", "áno", "kyllä",
    "evet", "ναι", "نعم", "כן", "bai", "igen", "da", "예", "có", "ya", "jā", "taip", "jah",
})  # fmt: skip
