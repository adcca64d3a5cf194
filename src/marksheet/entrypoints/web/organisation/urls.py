"""The addresses of the organisation pages."""

from django.urls import path

from marksheet.entrypoints.web.organisation import invitations, people, roles, units

app_name = "organisation"
urlpatterns = [
    path("", units.start, name="start"),
    path("units/", units.tree, name="units"),
    path("units/<str:ref>/", units.edit, name="unit"),
    path("units/<str:ref>/add/", units.add, name="unit-add"),
    path("units/<str:ref>/move/", units.move, name="unit-move"),
    path("units/<str:ref>/archive/", units.archive, name="unit-archive"),
    path("people/", people.listing, name="people"),
    path("people/add/", people.add, name="person-add"),
    path("people/codes/", invitations.codes, name="codes"),
    path("people/<str:ref>/", people.profile, name="person"),
    path("people/<str:ref>/edit/", people.edit, name="person-edit"),
    path("people/<str:ref>/give/", people.give, name="person-give"),
    path("people/<str:ref>/reports/", people.reports, name="person-reports"),
    path("people/<str:ref>/sleep/", people.sleep, name="person-sleep"),
    path("people/<str:ref>/wake/", people.wake, name="person-wake"),
    path("people/<str:ref>/invite/", invitations.invite, name="person-invite"),
    path("grants/<str:ref>/end/", people.end, name="grant-end"),
    path("roles/", roles.listing, name="roles"),
    path("roles/add/", roles.add, name="role-add"),
    path("roles/<str:ref>/", roles.edit, name="role"),
    path("roles/<str:ref>/archive/", roles.archive, name="role-archive"),
    path("invitations/", invitations.listing, name="invitations"),
    path("invitations/<str:ref>/resend/", invitations.resend, name="invitation-resend"),
    path("invitations/<str:ref>/revoke/", invitations.revoke, name="invitation-revoke"),
]
