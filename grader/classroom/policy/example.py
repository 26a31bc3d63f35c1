"""A course.toml to start from: every key that there is, with what it means."""

EXAMPLE = """\
# What this course decides about dates, points and visibility. Every key may be left out.

title = "Deep learning, spring 2026"

# Dates. Each time is written with its offset, or the zone is named here.
zone = "Europe/Berlin"
due = 2026-03-01T23:59:00
closes = 2026-03-08T23:59:00         # nothing is accepted after this

# Which of several hand-ins of a student counts: "last", "best" or "first".
counts = "last"

# Random inputs: "one" seed for everybody, drawn anew when a class is graded for the first time, a number,
# or "per-student".
seed = "one"

# Whether results have been published, or from when on: true, false, or a date.
published = 2026-03-15T12:00:00

missing = 0                          # points of who handed in nothing; without this line they have no grade

needs = false                        # each task on its own; without this line a task that fails is skipped, with no
                                     # points, as long as a task that it builds on has not passed

drop = ["tensors.outer"]             # tasks or topics that do not count
bonus = ["losses.gaussian_nll"]      # they add to the score, not to what there is to reach

[late]
percent = 10                         # taken for each day or hour that has begun
per = "day"                          # 24 hours, also when the clocks change; or "hour"
most = 50                            # never more than this many percent
grace = 15                           # minutes after a date in which nothing is late
of = "earned"                        # of the points that were earned in a topic, or of those "possible"

[points]                             # of a task, in place of its usual ones
losses.softmax = 4

[visibility]                         # what students see: visible, hidden, after_due_date or after_published
all = "visible"
losses = "after_due_date"            # a topic
"losses.entropy" = "hidden"          # a task; quotes keep the dot

[rounding]                           # of the score, once, at the end
decimals = 2                         # 0, 1 or 2
direction = "nearest"                # or "up", "down"

[limits]
seconds = 20                         # that any one test may take, whatever its suite allows

[topics.losses]                      # dates of a topic; what it does not have is as above
due = 2026-02-15T23:59:00

[extensions.alice]                   # later dates for one student, by the id that the roster gives
due = 2026-03-05T23:59:00            # closing is put off by as much
topics = { losses = 2026-02-20T23:59:00 }
why = "was ill"
"""
