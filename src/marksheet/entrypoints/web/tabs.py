"""Which folder answers which address."""

# Address -> folder. A folder that is not there yet is left out.
TABS = {
    # Most requests of a day come here, so it is looked for first.
    "my/": "my",
    "": "front",
    "inbox/": "inbox",
    "profile/": "accounts",
    "invitation/": "invitation",
    "organisation/": "organisation",
    "exams/": "exams",
    "schedules/": "schedules",
    "schedules/ ": "inviting",
    " ": "imports",
    "marking/coordinator/": "coordinator",
    "marking/assess/": "assess",
    "marking/schemes/": "schemes",
    "marking/results/": "results",
    "marking/audit/": "audit",
    "publications/": "publications",
    "reports/": "reports",
    "exports/": "exports",
    "organisation/mail/": "mail",
    "organisation/work/": "work",
    "organisation/log/": "log",
    "help/": "help",
}
