-- The tables of a gradebook, version 1: statements with an empty line between any two.
-- A file like this that has been published is never changed: a new layout is one more file.

-- Bytes by their sha256, compressed with zlib: files that were handed in, and the tasks of reports.
CREATE TABLE contents (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL);

-- `facts` is JSON: the student, where it was found, and the digest of each file.
CREATE TABLE hand_ins (
        digest TEXT PRIMARY KEY, student_id TEXT NOT NULL, attempt INTEGER NOT NULL, submitted_at TEXT,
        facts TEXT NOT NULL);

CREATE INDEX hand_ins_of_a_student ON hand_ins (student_id, attempt);

-- `report` is JSON without the tasks; in their place are the digests of their contents.
CREATE TABLE reports (
        key TEXT PRIMARY KEY, topic TEXT NOT NULL, kept_at TEXT NOT NULL, report TEXT NOT NULL);

-- `facts` is JSON: what the run was about. `ending` is JSON, and missing until the run is finished.
CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, facts TEXT NOT NULL,
        finished TEXT, ending TEXT);

-- Which report stands for a topic of a hand-in in a run; no key where the grading was incomplete.
CREATE TABLE gradings (
        run INTEGER NOT NULL REFERENCES runs, hand_in TEXT NOT NULL REFERENCES hand_ins, topic TEXT NOT NULL,
        key TEXT REFERENCES reports, PRIMARY KEY (run, hand_in, topic));

CREATE TABLE standings (
        run INTEGER NOT NULL REFERENCES runs, place INTEGER NOT NULL, student_id TEXT NOT NULL,
        score REAL NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (run, student_id));

-- Entries are only added; the one that takes another back has its number, and can be there once.
CREATE TABLE adjustments (
        number INTEGER PRIMARY KEY AUTOINCREMENT, student_id TEXT NOT NULL, points REAL NOT NULL,
        who TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL, takes_back INTEGER UNIQUE REFERENCES adjustments);

CREATE INDEX adjustments_of_a_student ON adjustments (student_id);

CREATE TRIGGER adjustments_stay BEFORE UPDATE ON adjustments
        BEGIN SELECT RAISE(ABORT, 'an adjustment is never changed: take it back'); END;

CREATE TRIGGER adjustments_remain BEFORE DELETE ON adjustments
        BEGIN SELECT RAISE(ABORT, 'an adjustment is never removed: take it back'); END;

CREATE TRIGGER finished_runs_stay BEFORE UPDATE ON runs WHEN OLD.finished IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a finished run is never changed'); END;
