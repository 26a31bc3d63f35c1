BEGIN TRANSACTION;
CREATE TABLE adjustments (
        number INTEGER PRIMARY KEY AUTOINCREMENT, student_id TEXT NOT NULL, points REAL NOT NULL,
        who TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL, takes_back INTEGER UNIQUE REFERENCES adjustments);
INSERT INTO "adjustments" VALUES(1,'alice',0.5,'the lecturer','2026-03-02T09:30:00+01:00','a good question',NULL);
CREATE TABLE contents (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL);
INSERT INTO "contents" VALUES('0d592585b8237da0934db1d063bc36e6e1621d46dd8a60f21b256576cf7fc72f',733,X'789CB551BB6EC3300CFC15434B17C3F003199AADBFD0B5090246A663C1B26588F42330F2EFA5D2B848D0A243D16AA1781479BCD3A24CA9B6CA3A22A4845CC52DCC2A566CD8A2145E22066A0418D19746B3403D1009D03BD331A96D9EA4B192A6C3238044709209DD60AD8C430AA5B74575D086B901387837D11DD7ABA4110D6DC42ECA92EF384743E618DE5660096335A139D552CF924DAC08B5EB4A6149932CFFBA81078D47D0CD0AE8C18F1876DA8B16E0FA766510821516F2C17F6497FD255E1ECCC28EBDEBCF3F9B5581B177666549513CBA55FC835B37D25FB9B5285DA36E3008D550ED8634C5E7683794FA1A523912F234C7A79D12129C7BD47C7D9E497A72BCAA986AF49F92AC69D09ED7AC35C4D004154EB63E1C81752DCD1DCEB7EECB9F7CD83B2363F047');
INSERT INTO "contents" VALUES('b91a3bc5e2064d025a8ae122555c96948ec5b4895d53d809c4b66b71a4915133',13,X'789CCBCC2DC82F2A5128C92F4ACEE0020024D404E6');
CREATE TABLE gradings (
        run INTEGER NOT NULL REFERENCES runs, hand_in TEXT NOT NULL REFERENCES hand_ins, topic TEXT NOT NULL,
        key TEXT REFERENCES reports, PRIMARY KEY (run, hand_in, topic));
INSERT INTO "gradings" VALUES(1,'422a6e4abd71b31d3542cebd7ccf5a816a00aa7d3e531f4ba15e588a1f4252f8','losses','key of losses');
INSERT INTO "gradings" VALUES(2,'422a6e4abd71b31d3542cebd7ccf5a816a00aa7d3e531f4ba15e588a1f4252f8','losses','key of losses');
CREATE TABLE hand_ins (
        digest TEXT PRIMARY KEY, student_id TEXT NOT NULL, attempt INTEGER NOT NULL, submitted_at TEXT,
        facts TEXT NOT NULL);
INSERT INTO "hand_ins" VALUES('422a6e4abd71b31d3542cebd7ccf5a816a00aa7d3e531f4ba15e588a1f4252f8','alice',1,'2026-03-01T20:00:00+00:00','{"student":{"id":"alice","name":"Alice Ames","email":"alice@example.org","ids":{"canvas":"17","login":"aames"}},"place":"upload.zip/alice","files":{"losses.py":"b91a3bc5e2064d025a8ae122555c96948ec5b4895d53d809c4b66b71a4915133"},"submitted_at":"2026-03-01T20:00:00+00:00","late":null,"attempt":1,"problem":null,"notes":[]}');
CREATE TABLE reports (
        key TEXT PRIMARY KEY, topic TEXT NOT NULL, kept_at TEXT NOT NULL, report TEXT NOT NULL);
INSERT INTO "reports" VALUES('key of losses','losses','2026-11-22T10:55:05.585888+00:00','{"schema_version":1,"submission":"upload.zip/alice","seed":42,"score":3.33,"max_score":5.0,"seconds":1.25,"incomplete":null,"notes":["a note"],"environment":{"torchgrade":"0.1.0","python":"3.11.7","torch":"2.13.0","platform":"Linux x86_64","device":"cpu","sandbox":"forked","layers":["landlock"],"missing_layers":[],"course_digest":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"},"parts":["0d592585b8237da0934db1d063bc36e6e1621d46dd8a60f21b256576cf7fc72f"]}');
CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, facts TEXT NOT NULL,
        finished TEXT, ending TEXT);
INSERT INTO "runs" VALUES(1,'2026-03-02T09:30:00+01:00','{"title":"Deep learning","seed":42,"started":"2026-03-02T09:30:00+01:00","course_digest":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","device":"cpu","sandbox":"forked","columns":[{"id":"losses.softmax","title":"Scores into probabilities","max_points":2.0,"visibility":"visible","counts":true,"bonus":false},{"id":"losses.entropy","title":"Entropy","max_points":3.0,"visibility":"hidden","counts":true,"bonus":false},{"id":"tensors.outer","title":"Outer product","max_points":1.0,"visibility":"visible","counts":false,"bonus":true}],"seed_per_student":false,"options":{"task":["losses"],"jobs":null}}',NULL,NULL);
INSERT INTO "runs" VALUES(2,'2026-03-02T09:30:00+01:00','{"title":"Deep learning","seed":42,"started":"2026-03-02T09:30:00+01:00","course_digest":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","device":"cpu","sandbox":"forked","columns":[{"id":"losses.softmax","title":"Scores into probabilities","max_points":2.0,"visibility":"visible","counts":true,"bonus":false},{"id":"losses.entropy","title":"Entropy","max_points":3.0,"visibility":"hidden","counts":true,"bonus":false},{"id":"tensors.outer","title":"Outer product","max_points":1.0,"visibility":"visible","counts":false,"bonus":true}],"seed_per_student":false,"options":{"task":["losses"],"jobs":null}}','2026-11-22T10:55:05.734070+00:00','{"seconds":12.5,"graded":1,"cached":0,"notes":[],"students":2}');
CREATE TABLE standings (
        run INTEGER NOT NULL REFERENCES runs, place INTEGER NOT NULL, student_id TEXT NOT NULL,
        score REAL NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (run, student_id));
INSERT INTO "standings" VALUES(2,0,'alice',3.4,'{"student":{"id":"alice","name":"Alice Ames","email":"alice@example.org","ids":{"canvas":"17","login":"aames"}},"outcome":"graded","reason":"handed in once","max_score":5.0,"hand_in":"422a6e4abd71b31d3542cebd7ccf5a816a00aa7d3e531f4ba15e588a1f4252f8","report":{"schema_version":1,"submission":"upload.zip/alice","seed":42,"score":3.33,"max_score":5.0,"seconds":1.25,"incomplete":null,"notes":["a note"],"environment":{"torchgrade":"0.1.0","python":"3.11.7","torch":"2.13.0","platform":"Linux x86_64","device":"cpu","sandbox":"forked","layers":["landlock"],"missing_layers":[],"course_digest":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"},"parts":["0d592585b8237da0934db1d063bc36e6e1621d46dd8a60f21b256576cf7fc72f"]},"earned":3.33,"penalty":0.43,"adjustments":[{"student_id":"alice","points":0.5,"who":"the lecturer","when":"2026-03-02T09:30:00+01:00","why":"a good question"}],"attempts":[],"notes":[]}');
INSERT INTO "standings" VALUES(2,1,'carla',0.0,'{"student":{"id":"carla","name":"Carla","email":"","ids":{}},"outcome":"missing","reason":"nothing was handed in","max_score":5.0,"hand_in":null,"report":null,"earned":0.0,"penalty":0.0,"adjustments":[],"attempts":[],"notes":[]}');
CREATE INDEX hand_ins_of_a_student ON hand_ins (student_id, attempt);
CREATE INDEX adjustments_of_a_student ON adjustments (student_id);
CREATE TRIGGER adjustments_stay BEFORE UPDATE ON adjustments
        BEGIN SELECT RAISE(ABORT, 'an adjustment is never changed: take it back'); END;
CREATE TRIGGER adjustments_remain BEFORE DELETE ON adjustments
        BEGIN SELECT RAISE(ABORT, 'an adjustment is never removed: take it back'); END;
CREATE TRIGGER finished_runs_stay BEFORE UPDATE ON runs WHEN OLD.finished IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a finished run is never changed'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',2);
INSERT INTO "sqlite_sequence" VALUES('adjustments',1);
COMMIT;
PRAGMA application_id = 1953460839;
PRAGMA user_version = 1;
