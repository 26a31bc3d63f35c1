"""Every text that a learner reads has a key, and a translation is a file beside the English.

The English stays where it is written: topic.toml, the sentences of known mistakes, the docstrings of tests, the
labels of the pages, and two tables: the sentences of the pages (sentences.py) and of the judge (judge_sentences.py).
`text(key)` gives it in the language that was chosen, and key by key in English where there is no translation, or only
one of an English that has changed since.
"""

from grader.text.judge_sentences import localised
from grader.text.lookup import count_of, label, say, spoken, text, verdict_words
from grader.text.translate import (
    translated,
    translated_advice,
    translated_course,
    translated_failure,
    translated_task,
)
from grader.text.translations import BadLanguage, chosen, languages, speak

__all__ = [
    "BadLanguage",
    "chosen",
    "count_of",
    "localised",
    "label",
    "languages",
    "say",
    "speak",
    "spoken",
    "text",
    "translated",
    "translated_advice",
    "translated_course",
    "translated_failure",
    "translated_task",
    "verdict_words",
]
