"""States, readiness, publication and access, by hand."""

# state: what each move makes of it (moves that are not named are refused)
MOVES = {
    "waiting": "arrive:marking moderate:moderation complete:ready",
    "marking": "moderate:moderation complete:ready hold:waiting",
    "moderation": "complete:ready reopen:marking hold:waiting",
    "ready": "reopen:marking moderate:moderation hold:waiting",
}
VERSION_MOVES = {
    "frozen": "publish:in_force discard:withdrawn",
    "in_force": "supersede:superseded retract:withdrawn",
    "superseded": "",
    "withdrawn": "",
}

# attempts, everything else that is known, state, what is missing
READINESS = [
    ("", {}, "waiting", "not_handed_in:1"),
    ("1:p", {}, "waiting", "not_handed_in:1 in_progress:1"),
    ("1:h", {}, "ready", ""),
    ("1:h", {"unmarked": 2}, "marking", "unmarked:2"),
    ("1:h", {"unsubmitted": 1}, "marking", "not_submitted:1"),
    ("1:h", {"unmarked": 2, "unsubmitted": 1}, "marking", "unmarked:2 not_submitted:1"),
    ("1:h", {"unchecked": 3}, "marking", "unchecked:3"),
    (
        "1:h",
        {"unmarked": 1, "unchecked": 2, "unsubmitted": 1},
        "marking",
        "unmarked:1 unchecked:2 not_submitted:1",
    ),
    ("1:h", {"keying_untyped": 2, "keying_differing": 3}, "marking", "second_keying:2 keying_differs:3"),
    ("1:h", {"imports_open": 1}, "marking", "import_open:1"),
    ("1:h", {"stale": True}, "marking", "stale:1"),
    ("1:h", {"key_pinned": False}, "marking", "no_key:1"),
    ("1:h", {"moderation_open": 1}, "moderation", "in_moderation:1"),
    ("1:h", {"samples_open": 1}, "moderation", "sample_open:1"),
    ("1:h", {"seed_stops": 2, "flags_open": 1}, "moderation", "seed_stop:2 flagged:1"),
    ("1:h", {"moderation_open": 1, "samples_open": 2}, "moderation", "in_moderation:1 sample_open:2"),
    ("1:h", {"disagreed": 2}, "moderation", "not_agreed:2"),
    ("1:h", {"disagreed": 2, "unmarked": 1}, "marking", "unmarked:1 not_agreed:2"),
    ("1:h", {"flags_open": 3}, "moderation", "flagged:3"),
    ("1:h", {"moderation_open": 1, "flags_open": 1}, "moderation", "in_moderation:1 flagged:1"),
    ("1:h", {"moderation_open": 1, "unmarked": 4}, "marking", "unmarked:4 in_moderation:1"),
    ("1:h 2:p", {}, "waiting", "in_progress:1"),
    ("1:h", {"any_in_progress": True}, "waiting", "in_progress:1"),
    ("1:h 2:p", {"any_in_progress": True}, "waiting", "in_progress:1"),
    ("1:h 2:h", {}, "ready", ""),
    ("1:v", {}, "ready", ""),
    ("1:v 2:v", {}, "ready", ""),
    ("1:v", {"unmarked": 5, "unsubmitted": 1, "key_pinned": False}, "ready", ""),
    ("1:v", {"stale": True}, "marking", "stale:1"),
    ("1:v 2:p", {}, "waiting", "not_handed_in:1 in_progress:1"),
    ("1:v", {"any_in_progress": True}, "waiting", "not_handed_in:1 in_progress:1"),
    ("1:v 2:h", {"unmarked": 1}, "marking", "unmarked:1"),
    ("", {"enrolled_fact": "absent"}, "waiting", "absent:1 not_handed_in:1"),
    ("", {"enrolled_fact": "excused"}, "waiting", "excused:1 not_handed_in:1"),
    ("1:h", {"enrolled_fact": "absent"}, "waiting", "absent:1"),
    ("1:h", {"enrolled_fact": "deferred"}, "waiting", "deferred:1"),
]

# option, wholly machine-scored, publishes, dialog asks, shown at publication, the page's word,
# waits for the last attempt
CELLS = [
    ("never", True, "by_hand", False, False, "not_disclosed", False),
    ("never", False, "by_hand", False, False, "not_disclosed", False),
    ("publisher_decides", True, "by_hand", True, False, "as_decided", False),
    ("publisher_decides", False, "by_hand", True, False, "as_decided", False),
    ("after_each_attempt", True, "by_itself", False, True, "shown", False),
    ("after_each_attempt", False, "by_hand", False, True, "shown", False),
    ("after_last_attempt", True, "by_itself", False, True, "shown", True),
    ("after_last_attempt", False, "by_hand", False, True, "shown", True),
]
OFFERED = [
    (True, "never publisher_decides"),
    (False, "never publisher_decides after_each_attempt after_last_attempt"),
]

# option, state, what else is known, code
ROWS = [
    ("never", "ready", {}, "ok"),
    ("never", "waiting", {}, "not_ready"),
    ("never", "marking", {}, "not_ready"),
    ("never", "moderation", {}, "not_ready"),
    ("never", "ready", {"withheld": True}, "withheld"),
    ("never", "marking", {"withheld": True}, "withheld"),
    ("never", "ready", {"stale": True}, "stale"),
    ("never", "ready", {"may_see": False}, "no_sight"),
    ("never", "ready", {"may_publish": False}, "no_right"),
    ("never", "ready", {"may_see": False, "may_publish": False}, "no_sight"),
    ("never", "ready", {"own": True}, "own_result"),
    ("never", "ready", {"published_current": True}, "already_published"),
    ("never", "marking", {"may_publish": False}, "no_right"),
    ("after_last_attempt", "ready", {}, "ok"),
    ("after_last_attempt", "ready", {"attempts_left": True}, "attempts_left"),
    ("after_last_attempt", "ready", {"attempts_left": True, "window_closed": True}, "ok"),
    ("after_last_attempt", "ready", {"window_closed": True}, "ok"),
    ("after_last_attempt", "marking", {"attempts_left": True}, "not_ready"),
    ("after_each_attempt", "ready", {"attempts_left": True}, "ok"),
    ("publisher_decides", "ready", {"attempts_left": True}, "ok"),
]

# option, the box "show results" is ticked, code
MAIL = [
    ("never", False, "never_disclosed"),
    ("never", True, "never_disclosed"),
    ("publisher_decides", False, "not_shown"),
    ("publisher_decides", True, "ok"),
    ("after_each_attempt", False, "ok"),
    ("after_each_attempt", True, "ok"),
    ("after_last_attempt", False, "ok"),
    ("after_last_attempt", True, "ok"),
]

# grants (verb@distance), assigned, runs alone, own, sees, publishes
ACCESS = [
    ("", False, False, False, "no_sight", "no_sight"),
    ("report.view@0", False, False, False, "ok", "no_right"),
    ("report.view@3", False, False, False, "ok", "no_right"),
    ("", True, False, False, "ok", "no_right"),
    ("result.publish@0", False, False, False, "no_sight", "no_sight"),
    ("result.publish@0", True, False, False, "ok", "ok"),
    ("result.publish@0 report.view@2", False, False, False, "ok", "ok"),
    ("result.publish@1 report.view@0", False, False, False, "ok", "no_right"),
    ("result.publish@1", True, False, False, "ok", "no_right"),
    ("result.publish@1 result.publish@0", True, False, False, "ok", "ok"),
    ("result.publish@0 report.view@0", False, False, True, "own_result", "own_result"),
    ("result.publish@0", True, False, True, "own_result", "own_result"),
    ("report.view@0", False, False, True, "own_result", "own_result"),
    ("", False, True, False, "ok", "ok"),
    ("", False, True, True, "own_result", "own_result"),
    ("mark.give@0 published.view@0", False, False, False, "no_sight", "no_sight"),
    ("schedule.coordinate@0 candidate.see@0", False, False, False, "no_sight", "no_sight"),
]
