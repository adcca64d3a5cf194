"""Who is answered what: every address, by every method, for every one of the cast. Read it; then change it.

An answer is a status; *in* means "sign in first"; a plus that something was written to the log, so that it was done.
``a | b``: *a* for who is not signed in, *b* for everybody who is. The cast, in the order of the columns:

anon nobody signed in · cas the candidate · other another candidate · sid belongs to nothing · mo marks there ·
max moderates there · pia publishes there and views reports · ada coordinates there · ari administers ·
eva coordinates elsewhere · ext external examiner there · vie views published results there

A case after @ is the same address for something else. What a POST sends stands in asking.py: for whoever has the right
it is enough, but where 400 or 409 is written: then it is the form that is not, and the line says who gets as far.
"""

from tests.security.scene import CAST

METHODS = ("GET", "POST")
Row = dict[str, str]

TABLE = """
address                                method anon cas  othr sid  mo   max  pia  ada  ari  eva  ext  vie
healthz                                GET   200   | 200
healthz                                POST  200   | 200
account_login                          GET   200   | 302
account_login                          POST  200   | 302
account_logout                         GET   in    | 200
account_logout                         POST  in    | in
account_inactive                       GET   200   | 200
account_inactive                       POST  405   | 405
account_signup                         GET   404   | 404
account_signup                         POST  404   | 404
account_reauthenticate                 GET   in    | 403
account_reauthenticate                 POST  in    | 403
account_email                          GET   404   | 404
account_email                          POST  404   | 404
account_email_verification_sent        GET   404   | 404
account_email_verification_sent        POST  404   | 404
account_change_password                GET   in    | 302
account_change_password                POST  in    | 302
account_set_password                   GET   in    | 200
account_set_password                   POST  in    | 200
account_reset_password                 GET   200   | 200
account_reset_password                 POST  200   | 200
account_confirm_login_code             GET   in    | 302
account_confirm_login_code             POST  in    | 302
account_confirm_email                  GET   404   | 404
account_confirm_email                  POST  404   | 404
account_reset_password_from_key_done   GET   200   | 200
account_reset_password_from_key_done   POST  405   | 405
account_reset_password_from_key        GET   200   | 200
account_reset_password_from_key        POST  200   | 200
account_reset_password_done            GET   200   | 200
account_reset_password_done            POST  405   | 405
mfa_index                              GET   in    | 200
mfa_index                              POST  in    | 405
mfa_authenticate                       GET   in    | 302
mfa_authenticate                       POST  in    | 302
mfa_reauthenticate                     GET   in    | 403
mfa_reauthenticate                     POST  in    | 403
mfa_activate_totp                      GET   in    | 200
mfa_activate_totp                      POST  in    | 200
mfa_deactivate_totp                    GET   in    | 404
mfa_deactivate_totp                    POST  in    | 404
mfa_view_recovery_codes                GET   in    | 404
mfa_view_recovery_codes                POST  in    | 405
mfa_generate_recovery_codes            GET   in    | 200
mfa_generate_recovery_codes            POST  in    | 200
mfa_download_recovery_codes            GET   in    | 404
mfa_download_recovery_codes            POST  in    | 404
mfa_list_webauthn                      GET   in    | 200
mfa_list_webauthn                      POST  in    | 405
mfa_add_webauthn                       GET   in    | 200
mfa_add_webauthn                       POST  in    | 200
mfa_reauthenticate_webauthn            GET   in    | 403
mfa_reauthenticate_webauthn            POST  in    | 403
mfa_login_webauthn                     GET   in    | 302
mfa_login_webauthn                     POST  in    | 302
usersessions_list                      GET   in    | 200
usersessions_list                      POST  in    | 302
theme                                  GET   405   | 405
theme                                  POST  302   | 302
help                                   GET   in    | 200
help                                   POST  in    | 405
front:front                            GET   200   | 302
front:front                            POST  405   | 405
inbox:inbox                            GET   in    | 200
inbox:inbox                            POST  in    | 405
inbox:read-all                         GET   in    | 405
inbox:read-all                         POST  in    | 302
inbox:read                             GET   in    | 405
inbox:read                             POST  in   302  404  404  404  404  404  404  404  404  404  404
accounts:profile                       GET   in    | 200
accounts:profile                       POST  in    | 302
invitation:code                        GET   200   | 200
invitation:code                        POST  400   | 400
invitation:accept                      GET   404   | 404
invitation:accept                      POST  405   | 405
organisation:start                     GET   in    | 302
organisation:start                     POST  in    | 405
organisation:units                     GET   in    | 200
organisation:units                     POST  in    | 405
organisation:unit                      GET   in   404  404  404  404  404  404  200  200  404  404  404
organisation:unit                      POST  in   404  404  404  404  404  404  400  302  404  404  404
organisation:unit-add                  GET   in   404  404  404  404  404  404  404  200  404  404  404
organisation:unit-add                  POST  in   404  404  404  404  404  404  404  302+ 404  404  404
organisation:unit-move                 GET   in    | 405
organisation:unit-move                 POST  in   404  404  404  404  404  404  400  302+ 404  404  404
organisation:unit-archive              GET   in    | 405
organisation:unit-archive              POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:people                    GET   in    | 200
organisation:people                    POST  in    | 405
organisation:person-add                GET   in   404  404  404  404  404  404  403  200  403  404  404
organisation:person-add                POST  in   404  404  404  404  404  404  403  302+ 403  404  404
organisation:codes                     GET   in    | 405
organisation:codes                     POST  in   404  404  404  404  404  404  403  200+ 404  404  404
organisation:person                    GET   in   404  404  404  404  404  404  200  200  404  404  404
organisation:person                    POST  in    | 405
organisation:person-edit               GET   in   404  404  404  404  404  404  403  200  404  404  404
organisation:person-edit               POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:person-give               GET   in    | 405
organisation:person-give               POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:person-reports            GET   in    | 405
organisation:person-reports            POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:person-sleep              GET   in    | 405
organisation:person-sleep              POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:person-wake               GET   in    | 405
organisation:person-wake               POST  in   404  404  404  404  404  404  403  409  404  404  404
organisation:person-invite             GET   in    | 405
organisation:person-invite             POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:grant-end                 GET   in    | 405
organisation:grant-end                 POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:roles                     GET   in    | 200
organisation:roles                     POST  in    | 405
organisation:role-add                  GET   in   404  404  404  404  404  404  404  200  404  404  404
organisation:role-add                  POST  in   404  404  404  404  404  404  404  302+ 404  404  404
organisation:role                      GET   in   404  404  404  404  404  404  404  200  404  404  404
organisation:role                      POST  in   404  404  404  404  404  404  404  302+ 404  404  404
organisation:role-archive              GET   in   404  404  404  404  404  404  404  405  404  404  404
organisation:role-archive              POST  in   404  404  404  404  404  404  404  302+ 404  404  404
organisation:invitations               GET   in    | 200
organisation:invitations               POST  in    | 405
organisation:invitation-resend         GET   in    | 405
organisation:invitation-resend         POST  in   404  404  404  404  404  404  403  302+ 404  404  404
organisation:invitation-revoke         GET   in    | 405
organisation:invitation-revoke         POST  in   404  404  404  404  404  404  403  409  404  404  404
exams:list                             GET   in    | 200
exams:list                             POST  in    | 405
exams:new                              GET   in    | 200
exams:new                              POST  in   200  200  200  200  200  200  302+ 200  400  200  200
exams:version                          GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:version                          POST  in   404  404  404  404  404  404  400  404  404  404  404
exams:settings                         GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:settings                         POST  in   404  404  404  404  404  404  400  404  404  404  404
exams:scale                            GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:scale                            POST  in   404  404  404  404  404  404  400  404  404  404  404
exams:live                             GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:live                             POST  in   404  404  404  404  404  404  302+ 404  404  404  404
exams:draft                            GET   in    | 405
exams:draft                            POST  in   404  404  404  404  404  404  409  404  404  404  404
exams:discard                          GET   in    | 405
exams:discard                          POST  in   404  404  404  404  404  404  302+ 404  404  404  404
exams:section-add                      GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:section-add                      POST  in   404  404  404  404  404  404  400  404  404  404  404
exams:section                          GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:section                          POST  in   404  404  404  404  404  404  400  404  404  404  404
exams:item                             GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:item                             POST  in   404  404  404  404  404  404  400  404  404  404  404
exams:item-move                        GET   in    | 405
exams:item-move                        POST  in   404  404  404  404  404  404  302+ 404  404  404  404
exams:item-remove                      GET   in    | 405
exams:item-remove                      POST  in   404  404  404  404  404  404  302+ 404  404  404  404
exams:scheme                           GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:scheme                           POST  in    | 405
exams:scheme-edit                      GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:scheme-edit                      POST  in   404  404  404  404  404  404  302+ 404  404  404  404
exams:assessment                       GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:assessment                       POST  in    | 405
exams:edit                             GET   in   404  404  404  404  404  404  200  404  404  404  404
exams:edit                             POST  in   404  404  404  404  404  404  302+ 404  404  404  404
exams:archive                          GET   in    | 405
exams:archive                          POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:list                         GET   in    | 200
schedules:list                         POST  in    | 405
schedules:new                          GET   in    | 200
schedules:new                          POST  in   200  200  200  200  200  200  400  200  200  200  200
schedules:schedule                     GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:schedule                     POST  in    | 405
schedules:edit                         GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:edit                         POST  in   404  404  404  404  404  404  400  404  404  404  404
schedules:activate                     GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:activate                     POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:archive                      GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:archive                      POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:hand-over                    GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:hand-over                    POST  in   404  404  404  404  404  404  400  404  404  404  404
schedules:answers                      GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:answers                      POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:texts                        GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:texts                        POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:restore                      GET   in   404  404  404  404  404  404  200  404  404  404  404
schedules:restore                      POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:candidate-add                GET   in    | 405
schedules:candidate-add                POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:candidates-paste             GET   in    | 405
schedules:candidates-paste             POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:candidates-change            GET   in    | 405
schedules:candidates-change            POST  in   404  404  404  404  404  404  302+ 404  404  404  404
schedules:candidates-window            GET   in   404  404  404  404  404  404  400  404  404  404  404
schedules:candidates-window            POST  in    404  404  404  404  404  404  302+ 404  404  404  404
schedules:take-back                    GET   in   404  404  404  404  404  404  400  404  404  404  404
schedules:take-back                    POST  in   404  404  404  404  404  404  302+ 404  404  404  404
inviting:ways                          GET   in   404  404  404  404  404  404  200  200  404  404  404
inviting:ways                          POST  in   404  404  404  404  404  404  400  400  404  404  404
imports:start                          GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:start                          POST  in   404  404  404  404  404  404  400  404  404  404  404
imports:items                          GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:items                          POST  in   404  404  404  404  404  404  400  404  404  404  404
imports:reconciliation                 GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:reconciliation                 POST  in   404  404  404  404  404  404  400  404  404  404  404
imports:file                           GET   in   404  404  404  404  404  404  302  404  404  404  404
imports:file                           POST  in    | 405
imports:columns                        GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:columns                        POST  in   404  404  404  404  404  404  302  404  404  404  404
imports:preview                        GET   in   404  404  404  404  404  404  302  404  404  404  404
imports:preview                        POST  in   404  404  404  404  404  404  302  404  404  404  404
imports:progress                       GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:progress                       POST  in    | 405
imports:errors                         GET   in   404  404  404  404  404  404  400  404  404  404  404
imports:errors                         POST  in    | 405
imports:discard                        GET   in    | 405
imports:discard                        POST  in   404  404  404  404  404  404  302  404  404  404  404
imports:columns@zip                    GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:columns@zip                    POST  in   404  404  404  404  404  404  302  404  404  404  404
imports:preview@zip                    GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:preview@zip                    POST  in   404  404  404  404  404  404  302+ 404  404  404  404
imports:errors@zip                     GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:errors@zip                     POST  in    | 405
imports:exam-file                      GET   in   404  404  404  404  404  404  302  404  404  404  404
imports:exam-file                      POST  in    | 405
imports:exam-columns                   GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:exam-columns                   POST  in   404  404  404  404  404  404  400  404  404  404  404
imports:exam-preview                   GET   in   404  404  404  404  404  404  302  404  404  404  404
imports:exam-preview                   POST  in   404  404  404  404  404  404  302  404  404  404  404
imports:exam-progress                  GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:exam-progress                  POST  in    | 405
imports:exam-errors                    GET   in   404  404  404  404  404  404  200  404  404  404  404
imports:exam-errors                    POST  in    | 405
imports:exam-discard                   GET   in    | 405
imports:exam-discard                   POST  in   404  404  404  404  404  404  302  404  404  404  404
coordinator:list                       GET   in    | 200
coordinator:list                       POST  in    | 405
coordinator:schedule                   GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:schedule                   POST  in    | 405
coordinator:people                     GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:people                     POST  in   404  404  404  404  404  404  400  404  404  404  404
coordinator:person                     GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:person                     POST  in   404  404  404  404  404  404  400  404  404  404  404
coordinator:person-remove              GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:person-remove              POST  in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:settings                   GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:settings                   POST  in   404  404  404  404  404  404  400  404  404  404  404
coordinator:lift                       GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:lift                       POST  in   404  404  404  404  404  404  400  404  404  404  404
coordinator:moderation                 GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:moderation                 POST  in    | 405
coordinator:moderation-preview         GET   in   404  404  404  404  404  404  400  404  404  404  404
coordinator:moderation-preview         POST  in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:quality                    GET    in   404  404  404  404  404  404  200  404  404  404  404
coordinator:quality                    POST   in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:seed-new                   GET    in   404  404  404  404  404  404  302  404  404  404  404
coordinator:seed-new                   POST   in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:seed                       GET    in   404  404  404  404  404  404  200  404  404  404  404
coordinator:seed                       POST   in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:stop                       GET    in   404  404  404  404  404  404  200  404  404  404  404
coordinator:stop                       POST   in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:needed                     GET    in    | 405
coordinator:needed                     POST   in   404  404  404  404  404  404  409  404  404  404  404
coordinator:unqualified                GET    in   404  404  404  404  404  404  200  404  404  404  404
coordinator:unqualified                POST   in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:allocation                 GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:allocation                 POST  in    | 405
coordinator:share-out                  GET   in   404  404  404  404  404  404  400  404  404  404  404
coordinator:share-out                  POST  in   404  404  404  404  404  404  409  404  404  404  404
coordinator:pile                       GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:pile                       POST  in   404  404  404  404  404  404  409  404  404  404  404
coordinator:remind                     GET   in    | 405
coordinator:remind                     POST  in   404  404  404  404  404  404  409  404  404  404  404
coordinator:give                       GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:give                       POST  in   404  404  404  404  404  404  400  404  404  404  404
coordinator:conflicts                  GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:conflicts                  POST  in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:conflict-end               GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:conflict-end               POST  in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:hand-in                    GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:hand-in                    POST  in   404  404  404  404  404  404  302+ 404  404  404  404
coordinator:scripts                    GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:scripts                    POST  in    | 405
coordinator:reopen                     GET   in   404  404  404  404  404  404  200  404  404  404  404
coordinator:reopen                     POST  in   404  404  404  404  404  404  302+ 404  404  404  404
assess:list                            GET   in    | 200
assess:list                            POST  in    | 405
assess:submissions                     GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:submissions                     POST  in    | 405
assess:items                           GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:items                           POST  in    | 405
assess:differences                     GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:differences                     POST  in   404  404  404  400  400  404  404  404  404  404  404
assess:moderation                      GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:moderation                      POST  in    | 405
assess:accept                          GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:accept                          POST  in   404  404  404  400  302+ 404  404  404  404  404  404
assess:moderated                       GET   in   404  404  404  404  200  404  404  404  404  404  404
assess:moderated                       POST  in   404  404  404  404  302+ 404  404  404  404  404  404
assess:sample                          GET   in   404  404  404  404  200  404  404  404  404  404  404
assess:sample                          POST  in   404  404  404  404  302+ 404  404  404  404  404  404
assess:submit                          GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:submit                          POST  in   404  404  404  302  403  404  404  404  404  404  404
assess:no-response                     GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:no-response                     POST  in   404  404  404  302  403  404  404  404  404  404  404
assess:before                          GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:before                          POST  in   404  404  404  409  403  404  404  404  404  404  404
assess:flags                           GET   in   404  404  404  404  200  404  200  404  404  404  404
assess:flags                           POST  in   404  404  404  404  400  404  400  404  404  404  404
assess:mark-start                      GET   in   404  404  404  302  302  404  404  404  404  404  404
assess:mark-start                      POST  in    | 405
assess:mark-script                     GET   in   404  404  404  302  302  404  404  404  404  404  404
assess:mark-script                     POST  in    | 405
assess:mark                            GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:mark                            POST  in   404  404  404  409  409  404  404  404  404  404  404
assess:file                            GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:file                            POST  in    | 405
assess:flag                            GET   in    | 405
assess:flag                            POST  in   404  404  404  302+ 403  404  404  404  404  404  404
assess:keying                          GET   in    | 404
assess:keying                          POST  in    | 404
assess:keying-cell                     GET   in    | 405
assess:keying-cell                     POST  in    | 404
assess:keying-differences              GET   in    | 404
assess:keying-differences              POST  in    | 404
assess:grid                            GET   in   404  404  404  200  200  404  404  404  404  404  404
assess:grid                            POST  in   404  404  404  302  302  404  404  404  404  404  404
assess:cell                            GET   in    | 405
assess:cell                            POST  in   404  404  404  400  400  404  404  404  404  404  404
assess:discard                         GET   in    | 405
assess:discard                         POST  in   404  404  404  302  302  404  404  404  404  404  404
schemes:list                           GET   in   404  404  404  200  200  404  200  404  404  404  404
schemes:list                           POST  in    | 405
schemes:older                          GET   in   404  404  404  200  200  404  200  404  404  404  404
schemes:older                          POST  in   404  404  404  302+ 403  404  302+ 404  404  404  404
results:list                           GET   in    | 200
results:list                           POST  in    | 405
results:total                          GET   in    | 200
results:total                          POST  in    | 405
results:search                         GET   in    | 200
results:search                         POST  in    | 405
coordinator:columns                    GET   in    | 405
coordinator:columns                    POST  in    | 302
coordinator:save-view                  GET   in    | 405
coordinator:save-view                  POST  in    | 302
coordinator:forget-view                GET   in    | 405
coordinator:forget-view                POST  in    | 302
results:columns                        GET   in    | 405
results:columns                        POST  in    | 302
results:save-view                      GET   in    | 405
results:save-view                      POST  in    | 302
results:forget-view                    GET   in    | 405
results:forget-view                    POST  in    | 302
results:publish                        GET   in    | 405
results:publish                        POST  in   400  400  400  403  403  302  403  400  400  403  400
results:act                            GET   in    | 405
results:act                            POST  in   404  404  404  400  400  302+ 302+ 404  404  400  404
results:one                            GET   in   404  404  404  200  200  200  200  404  404  200  404
results:one                            POST  in    | 405
audit:list                             GET   in    | 200
audit:list                             POST  in    | 405
audit:history                          GET   in   404  404  404  200  200  200  200  404  404  200  200
audit:history                          POST  in    | 405
audit:schedule                         GET   in    | 404
audit:schedule                         POST  in    | 405
audit:schedule-history                 GET   in   404  404  404  404  404  200  200  200  404  200  404
audit:schedule-history                 POST  in    | 405
publications:list                      GET   in    | 200
publications:list                      POST  in    | 405
publications:show                      GET   in    | 405
publications:show                      POST  in   404  404  404  400  400  302+ 400  404  404  400  400
publications:hide                      GET   in    | 405
publications:hide                      POST  in   404  404  404  400  400  302+ 400  404  404  400  400
publications:retract                   GET   in    | 405
publications:retract                   POST  in   404  404  404  400  400  302+ 400  404  404  400  400
publications:receipt                   GET   in   404  404  404  200  200  200  200  404  404  200  200
publications:receipt                   POST  in    | 405
publications:publish                   GET   in   404  404  404  404  404  200  404  404  404  404  404
publications:publish                   POST  in   404  404  404  404  404  302+ 404  404  404  404  404
publications:again                     GET   in    | 405
publications:again                     POST  in   404  404  404  404  404  302  404  404  404  404  404
publications:as-candidate              GET   in   404  404  404  404  404  200+ 404  404  404  404  404
publications:as-candidate              POST  in    | 405
publications:message                   GET   in   404  404  404  404  404  200  404  404  404  404  404
publications:message                   POST  in    | 405
publications:progress                  GET   in   404  404  404  404  404  200  404  404  404  404  404
publications:progress                  POST  in    | 405
publications:stop                      GET   in    | 405
publications:stop                      POST  in   404  404  404  404  404  409  404  404  404  404  404
publications:resume                    GET   in    | 405
publications:resume                    POST  in   404  404  404  404  404  302+ 404  404  404  404  404
reports:first                          GET   in    | 302
reports:first                          POST  in    | 405
reports:candidates                     GET   in    | 200
reports:candidates                     POST  in    | 405
reports:result                         GET   in   404  404  404  404  404  200  200  404  404  200  200
reports:result                         POST  in    | 405
reports:schedules                      GET   in    | 200
reports:schedules                      POST  in    | 405
reports:schedule                       GET   in   404  404  404  404  404  200  200  404  404  200  200
reports:schedule                       POST  in    | 405
reports:assessments                    GET   in    | 200
reports:assessments                    POST  in    | 405
reports:assessment                     GET   in   404  404  404  404  404  200  200  404  404  200  200
reports:assessment                     POST  in    | 405
exports:list                           GET   in    | 200
exports:list                           POST  in    | 405
exports:new                            GET   in   400  400  400  403  403  200  200  400  400  403  400
exports:new                            POST  in   404  404  404  403  403  200  200  404  404  403  404
exports:make                           GET   in    | 405
exports:make                           POST  in   404  404  404  403  403  302+ 302+ 404  404  403  404
exports:show                           GET   in   404  404  404  404  404  200  404  404  404  404  404
exports:show                           POST  in    | 405
exports:progress                       GET   in   404  404  404  404  404  200  404  404  404  404  404
exports:progress                       POST  in    | 405
exports:file                           GET   in   404  404  404  404  404  409  404  404  404  404  404
exports:file                           POST  in    | 405
exports:manifest                       GET   in    | 404
exports:manifest                       POST  in    | 405
mail:list                              GET   in   404  404  404  404  404  404  404  200  404  404  404
mail:list                              POST  in   404  404  404  404  404  404  404  405  404  404  404
mail:pause                             GET   in   404  404  404  404  404  404  404  405  404  404  404
mail:pause                             POST  in   404  404  404  404  404  404  404  302+ 404  404  404
mail:resume                            GET   in   404  404  404  404  404  404  404  405  404  404  404
mail:resume                            POST  in   404  404  404  404  404  404  404  302  404  404  404
mail:message                           GET   in   404  404  404  404  404  404  404  200  404  404  404
mail:message                           POST  in   404  404  404  404  404  404  404  409  404  404  404
log:list                               GET   in   404  404  404  404  404  404  404  200  404  404  404
log:list                               POST  in   404  404  404  404  404  404  404  405  404  404  404
log:file                               GET   in   404  404  404  404  404  404  404  405  404  404  404
log:file                               POST  in   404  404  404  404  404  404  404  200+ 404  404  404
work:list                              GET   in   404  404  404  404  404  404  404  200  404  404  404
work:list                              POST  in   404  404  404  404  404  404  404  405  404  404  404
work:act                               GET   in   404  404  404  404  404  404  404  405  404  404  404
work:act                               POST  in   404  404  404  404  404  404  404  302+ 404  404  404
my:dashboard                           GET   in    | 200
my:dashboard                           POST  in    | 405
my:result                              GET   in   200  404  404  404  404  404  404  404  404  404  404
my:result                              POST  in    | 405
exams:scheme@live                      GET   in   404  404  404  200  200  404  200  404  404  404  404
exams:scheme@live                      POST  in    | 405
exams:scheme-edit@live                 GET   in   404  404  404  403  403  404  200  404  404  404  404
exams:scheme-edit@live                 POST  in   404  404  404  403  403  404  302+ 404  404  404  404
results:one@published                  GET   in   404  404  404  200  200  200  200  404  404  200  404
results:one@published                  POST  in    | 405
results:one@withheld                   GET   in   404  404  404  200  200  200  200  404  404  200  404
results:one@withheld                   POST  in    | 405
results:one@of-cas                     GET   in   404  404  404  200  200  200  200  404  404  200  404
results:one@of-cas                     POST  in    | 405
results:act@void                       GET   in    | 405
results:act@void                       POST  in   404  404  404  400  400  400  302+ 404  404  400  404
results:act@reopen                     GET   in    | 405
results:act@reopen                     POST  in   404  404  404  400  400  400  302+ 404  404  400  404
results:act@lift                       GET   in    | 405
results:act@lift                       POST  in   404  404  404  400  400  302+ 302+ 404  404  400  404
results:act@own                        GET   in    | 405
results:act@own                        POST  in   404  404  404  400  400  302+ 302+ 404  404  400  404
results:act@adjust                     GET   in    | 405
results:act@adjust                     POST  in   404  404  404  400  400  400  302+ 404  404  400  404
results:act@adjust-own                 GET   in    | 405
results:act@adjust-own                 POST  in   404  404  404  400  400  400  302+ 404  404  400  404
results:act@take-back                  GET   in    | 405
results:act@take-back                  POST  in   404  404  404  400  400  400  302  404  404  400  404
audit:history@ready                    GET   in   404  404  404  200  200  200  200  404  404  200  404
audit:history@ready                    POST  in    | 405
audit:history@of-cas                   GET   in   404  404  404  200  200  200  200  404  404  200  200
audit:history@of-cas                   POST  in    | 405
audit:schedule@finished                GET   in   404  404  404  404  404  200  200  404  404  200  404
audit:schedule@finished                POST  in    | 405
audit:schedule-history@finished        GET   in   404  404  404  404  404  200  200  200  404  200  404
audit:schedule-history@finished        POST  in    | 405
reports:result@ready                   GET   in    | 404
reports:result@ready                   POST  in    | 405
reports:result@withheld                GET   in    | 404
reports:result@withheld                POST  in    | 405
reports:result@of-cas                  GET   in   404  404  404  404  404  200  200  404  404  200  200
reports:result@of-cas                  POST  in    | 405
my:result@early                        GET   in   200  404  404  404  404  404  404  404  404  404  404
my:result@early                        POST  in    | 405
mfa_remove_webauthn                    GET   in    | 404
mfa_remove_webauthn                    POST  in    | 404
mfa_edit_webauthn                      GET   in    | 404
mfa_edit_webauthn                      POST  in    | 404
"""


def _row(cells: str) -> Row:
    if "|" in cells:
        nobody, everybody = (cell.strip() for cell in cells.split("|"))
        return {who: nobody if who == "anon" else everybody for who in CAST}
    return dict(zip(CAST, cells.split(), strict=True))


def _read(table: str) -> dict[tuple[str, str], Row]:
    lines = (line.split(maxsplit=2) for line in table.strip().splitlines()[1:])
    return {(case, method): _row(cells) for case, method, cells in lines}


MATRIX = _read(TABLE)


def furthest(row: Row) -> str:
    """Return who of a row gets furthest: first of all, those whose request does something."""
    order = ("302+", "200+", "302", "200", "400", "409")
    return min(row, key=lambda who: order.index(row[who]) if row[who] in order else len(order))
