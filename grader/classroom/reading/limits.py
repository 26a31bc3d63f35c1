"""How much is read of a file, of a hand-in and of a class; what is larger is refused with a sentence.

Only what is kept or opened is ever decompressed, so these numbers bound time and memory whatever an upload
claims about itself.
"""

from grader.intake.python_text import MOST_BYTES

MB = 1_000_000

CODE = MOST_BYTES  # of a .py file
NOTEBOOK = 20 * MB  # of an .ipynb file: its outputs may hold pictures
NOTEBOOK_OPENED = 5 * MB  # of one that has another name than a topic, to see which topic it says that it is
NOTEBOOKS_OPENED = 20  # of these in one hand-in
METADATA = 50 * MB  # of what an export says about all students
NOTE = 1_000  # of what git says of one commit

ARCHIVE = 100 * MB  # of an archive that lies inside another: it is held in memory
MEMBERS = 20_000  # of an archive that a student made
CLASS_MEMBERS = 500_000  # of an archive that the instructor gives
DEPTH = 3  # archives inside one another, counted from the hand-in
RATIO = 200  # an archive inside an archive that shrank further than this is a bomb; real ones hardly shrink
HONEST = MB  # smaller ones may shrink as they like
STREAM = 500 * MB  # of a tar after decompression
CLASS_STREAM = 20_000 * MB
HELD = 150 * MB  # of the files of a tar that matter: they are held while it is read
CLASS_HELD = 500 * MB
HEADER = 4 * MB  # that a tar may ask for in one piece

ENTRIES = 20_000  # files and folders of one hand-in
WIDE = 100_000  # entries of one folder
DEEP = 40  # folders inside one another
NAME = 500  # characters of a path in an archive

HAND_IN = 400 * MB  # that is read of one hand-in in all, archives included
KEPT = 60 * MB  # of one hand-in
CLASS_KEPT = 2_000 * MB  # of all hand-ins

COMMITS = 10_000  # of one repository
REFS = 10 * MB  # of the list of references of a repository
GIT_ENTRIES = 50_000  # files inside the store of one repository
GIT_SECONDS = 60.0  # for one hand-in
