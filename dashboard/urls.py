"""All addresses of the site."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from dashboard.views import people
from dashboard.views.account import Account, Invitation
from dashboard.views.health import health
from dashboard.views.home import home
from dashboard.views.palette import palette
from dashboard.views.sign_in import SignIn, sign_in_by_link
from playground.views.wire import wire_page

handler400 = "dashboard.views.errors.bad_request"
handler403 = "dashboard.views.errors.forbidden"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.server_error"

_people = [
    path("", people.people_list, name="list"),
    path("new/", people.person_new, name="new"),
    path("<int:pk>/", people.person_detail, name="detail"),
    path("<int:pk>/role/", people.person_role, name="role"),
    path("<int:pk>/invite/", people.person_invite, name="invite"),
    path("<int:pk>/deactivate/", people.person_deactivate, name="deactivate"),
    path("<int:pk>/activate/", people.person_activate, name="activate"),
]

urlpatterns = [
    path("", home, name="home"),
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-in/link/<str:token>/", sign_in_by_link, name="sign-in-link"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("palette/", palette, name="palette"),
    path("account/", Account.as_view(), name="account"),
    path("account/invitation/<str:uidb64>/<str:token>/", Invitation.as_view(), name="invitation"),
    path("people/", include((_people, "people"))),
    path("docs/wire/", wire_page, name="wire-docs"),
    path("health/", health, name="health"),
    path("admin/", admin.site.urls),
    path("v2/", include("dashboard.api")),
    path("", include("personas.urls")),
    path("", include("playground.urls")),
]
