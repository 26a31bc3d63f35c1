"""The grading worksheet of Moodle, filled in, whatever its language."""

import re
from dataclasses import replace

import pytest

from grader.classroom.tables.moodle import NO, YES, fill_moodle
from grader.classroom.tables.sheet import CannotFill

DATE = '"Monday, 2 March 2026, 9:05 AM"'
ENGLISH = f"""\
Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 11,Ada Lovelace,ada@example.org,Submitted for grading,,10.00,Yes,{DATE},-,
Participant 12,Blaise Pascal,b@example.org,Submitted for grading,4.00,10.00,No,{DATE},{DATE},
Participant 77,Nobody Known,n@example.org,No submission,,10.00,Yes,-,-,
"""
# identifier word, headers from grade on, yes, a date
LANGUAGES = {
    "German": ("Teilnehmer/in", "ID;Vollständiger Name;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;"
               "Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar", "Ja",
               "Montag, 2. März 2026, 09:05"),
    "French": ("Participant ", "Identifiant;Nom complet;Statut;Note;Note maximale;La note peut être modifiée;"
               "Dernière modification (travail remis);Dernière modification (note);Feedback par commentaires", "Oui",
               "lundi 2 mars 2026, 09:05"),
    "Spanish": ("Participante", "Identificador;Nombre completo;Estatus;Calificación;Calificación máxima;"
                "La calificación puede cambiarse;Última modificación (entrega);Última modificación (calificación);"
                "Comentarios de retroalimentación", "Sí", "lunes, 2 de marzo de 2026, 09:05"),
    "Portuguese": ("Participante", "Identificador;Nome completo;Status;Nota;Nota máxima;Nota pode ser alterada;"
                   "Última modificação (envio);Última modificação (nota);Comentários de feedback", "Sim",
                   "segunda-feira, 2 mar. 2026, 09:05"),
    "Italian": ("Partecipante", "Identificativo;Nome;Stato;Valutazione;Valutazione massima;"
                "La valutazione può essere cambiata;Ultima modifica (consegna);Ultima modifica (valutazione);Commenti",
                "Sì", "lunedì, 2 marzo 2026, 09:05"),
    "Dutch": ("Deelnemer ", "Identificatie;Volledige naam;Status;Cijfer;Maximumcijfer;Cijfer kan gewijzigd worden;"
              "Laatst gewijzigd (inzending);Laatst gewijzigd (beoordeling);Feedback tekst", "Ja",
              "maandag, 2 maart 2026, 09:05"),
    "Polish": ("Uczestnik ", "Identyfikator;Nazwa;Status;Ocena;Maksymalna ocena;Ocena może być zmieniona;"
               "Ostatnia modyfikacja (zadanie);Ostatnia modyfikacja (ocena);Komentarz zwrotny", "Tak",
               "poniedziałek, 2 marca 2026, 09:05"),
    "Russian": ("Участник", "Идентификатор;Полное имя;Состояние;Оценка;Максимальная оценка;Оценка может быть изменена;"
                "Последнее изменение работы;Последнее изменение оценки;Отзыв в виде комментария", "Да",
                "понедельник, 2 марта 2026, 09:05"),
    "Chinese": ("参与者", "编号;全名;状态;成绩;最高成绩;成绩可以更改;最后修改（学生）;最后修改（教师）;反馈评论", "是",
                "2026年03月2日 星期一 09:05"),
    "Japanese": ("参加者", "ID;姓名;ステータス;評点;最大評点;評点変更可;最終更新日時 (提出);"
                 "最終更新日時 (評定);フィードバックコメント",
                 "はい", "2026年 03月 2日(月曜日) 09:05"),
}  # fmt: skip


@pytest.fixture
def two(make_class):
    return make_class(("a", "Ada Lovelace", {"moodle": "11"}), ("b", "Blaise Pascal", {"moodle": "12"}))


def test_moodle_grade_and_comment_are_filled_in_and_nothing_else(two):
    """The grade and the comment change; the date of the grade and the locked row stay."""
    filled = fill_moodle(ENGLISH.encode(), two)
    comment = (
        '"torchgrade: 3.5 of 10 points; 1 of 2 tasks passed; mend first losses.softmax (The rows sum to 1)."'
    )
    want = ENGLISH.replace(
        'grading,,10.00,Yes,' + DATE + ",-,", f'grading,3.50,10.00,Yes,{DATE},-,' + comment[1:-1]
    )
    assert filled.data.decode() == want
    assert (
        "Blaise Pascal (b): the grade is locked in Moodle; unlock it there and download the worksheet again"
        in (filled.notes)
    )
    assert "nobody of the class fits the row of Participant 77 Nobody Known" in filled.notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_moodle_worksheet_is_read_in_any_language(two, language):
    """Columns are found by their names; decimal commas, the mark and the line ends stay."""
    word, header, yes, date = LANGUAGES[language]
    rows = (
        f"{word}11;Ada Lovelace;x;;10,00;{yes};{date};-;",
        f"{word}12;Blaise Pascal;x;2,00;10,00;{yes};{date};{date};by hand",
    )
    text = "\ufeff" + "\r\n".join((header, *rows)) + "\r\n"
    filled = fill_moodle(text.encode(), two)
    want = text.replace("x;;", "x;3,50;").replace("x;2,00;", "x;3,50;")
    assert re.sub('"?torchgrade: [^\r]*', "", filled.data.decode()) == want
    with_comments = filled.data.decode().splitlines()
    assert ";-;torchgrade: " in with_comments[1] or ';-;"torchgrade: ' in with_comments[1]
    assert with_comments[2].endswith(";by hand")


def test_moodle_comment_of_ours_is_written_anew_and_a_persons_is_kept(two):
    """Only what torchgrade wrote before is replaced."""
    ours = ENGLISH.replace(f"{DATE},-,\n", f"{DATE},-,torchgrade: old\n")
    assert b"torchgrade: old" not in fill_moodle(ours.encode(), two).data
    theirs = ENGLISH.replace(f"{DATE},-,\n", f"{DATE},-,well done\n")
    filled = fill_moodle(theirs.encode(), two)
    assert b",3.50,10.00," in filled.data and b",well done\n" in filled.data
    assert "Ada Lovelace (a): a person's comment is kept" in filled.notes


def test_moodle_comment_says_nothing_of_hidden_tasks(two):
    """A task that learners do not see yet is neither named nor counted."""
    columns = tuple(replace(column, visibility="after_published") for column in two.columns[1:])
    told = fill_moodle(ENGLISH.encode(), replace(two, columns=(two.columns[0], *columns))).data
    assert b"1 of 1 task passed" in told and b"softmax" not in told


def test_moodle_grade_out_of_range_is_reported_and_left(two):
    """Moodle would pass over a grade above its maximum in silence, so it is told here."""
    small = ENGLISH.replace("10.00", "2.00")
    filled = fill_moodle(small.encode(), two)
    assert filled.data == small.encode()
    assert "Ada Lovelace (a): 3.5 points are more than the 2 that Moodle takes" in filled.notes
    assert b'grading,0.70,2.00' in fill_moodle(small.encode(), two, scale=True).data


@pytest.mark.parametrize("header", ["Scale", "Escala"])
def test_moodle_worksheet_on_a_scale_is_reported_and_left(two, header):
    """A worksheet that is graded by words is left as it is."""
    text = ENGLISH.replace("Maximum grade", header).replace("4.00,", "Good,").replace("10.00", '"Bad\nGood"')
    filled = fill_moodle(text.encode(), two)
    assert filled.data == text.encode()
    assert filled.notes[0].startswith("nothing is filled in: it is graded on a scale (Bad / Good)")


def test_moodle_participant_is_matched_by_number_then_address_then_name(make_class):
    """Without a number of Moodle an address or a name tells who it is."""
    by_name = fill_moodle(ENGLISH.encode(), make_class(("a", "Lovelace, Ada")))
    by_login = fill_moodle(ENGLISH.encode(), make_class(("a", "x", {"login": "ada@example.org"})))
    wrong = fill_moodle(ENGLISH.encode(), make_class(("a", "Ada Lovelace", {"moodle": "77"})))
    assert b'grading,3.50,10.00' in by_name.data and b'grading,3.50,10.00' in by_login.data
    assert b'submission,3.50,10.00' in wrong.data and b"a second row" not in wrong.data


def test_moodle_group_is_nobodys_number(make_class):
    """A cell that several rows share, such as a group, is not taken for a student's id."""
    text = ENGLISH.replace("Status", "Status,Group").replace("grading,", "grading,7,")
    text = text.replace("No submission,", "No submission,7,")
    filled = fill_moodle(text.encode(), make_class(("7", "Somebody Else")))
    assert b"3.50" not in filled.data


def test_moodle_worksheet_of_blind_marking_has_no_names(two):
    """Without names the number alone says who it is."""
    lines = [line.split(",", 3) for line in ENGLISH.replace(DATE, "-").splitlines()]
    text = "\n".join(f"{line[0]},{line[3]}" for line in lines) + "\n"
    assert b'Participant 11,Submitted for grading,3.50,10.00' in fill_moodle(text.encode(), two).data


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        ("Identifier,Grade\n", "no row of a participant"),
        ("Name,Grade\nAda,3\n", "such as `Participant 12`"),
        ("Identifier,Name,Status\nParticipant 1,Ada,x\n", "no column is called `Maximum grade`"),
        ("Identigilo,Plej alta noto\nNuotr 1,10\n", "download it in English"),
    ],
)
def test_moodle_refuses_what_is_no_worksheet(two, text, naming):
    """Another table is refused, with what is missing."""
    with pytest.raises(CannotFill, match=naming):
        fill_moodle(text.encode(), two)


def test_no_word_means_yes_and_no():
    """No word stands for both answers, or a locked row would be written."""
    assert not YES & NO
