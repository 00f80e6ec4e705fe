"""When two names are the same."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from personas.models import FillerConfig, TokenSecret
from personas.names import name_key, normalised_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Thinking  aloud ", "Thinking aloud"),
        ("Ｔｈｉｎｋｉｎｇ", "Thinking"),
        ("ﬁller", "filler"),
        ("Zoé", "Zoé"),
    ],
)
def test_a_name_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert normalised_name(typed) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thinking", "THINKING"),
        ("Straße", "STRASSE"),
        ("Ünü", "ünü"),
        ("Ｔhinking", "thinking"),
        ("a  b", "a b"),
    ],
)
def test_names_that_look_the_same_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_different_names_have_different_keys() -> None:
    assert name_key("Thinking 1") != name_key("Thinking 2")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ÜBERLEGEN", "überlegen", "Ｕ\u0308berlegen"])
def test_the_database_refuses_filler_names_that_look_the_same(name: str) -> None:
    FillerConfig.objects.create(name="Überlegen", filler_phrase="Hm")
    with pytest.raises(IntegrityError), transaction.atomic():
        FillerConfig.objects.create(name=name, filler_phrase="Hm")
    with pytest.raises(ValidationError) as refused:
        FillerConfig(name=name, filler_phrase="Hm").full_clean(exclude=["name_key"])
    assert list(refused.value.message_dict) == ["name"]


@pytest.mark.django_db
def test_the_database_refuses_secret_names_that_differ_by_case_alone() -> None:
    TokenSecret.objects.create(name="MY_TOKEN")
    with pytest.raises(IntegrityError), transaction.atomic():
        TokenSecret.objects.create(name="my_token")


@pytest.mark.django_db
def test_a_filler_config_keeps_its_own_name() -> None:
    config = FillerConfig.objects.create(name="Thinking", filler_phrase="Hm")
    config.full_clean()
    config.name = "thinking"
    config.full_clean()
    config.save()
    assert FillerConfig.objects.get().name == "thinking"


@pytest.mark.django_db
def test_a_longest_name_still_fits_its_key() -> None:
    config = FillerConfig(name="ΐ" * 100, filler_phrase="Hm")  # folds into three characters each
    config.full_clean(exclude=["name_key"])
    config.save()
    assert len(config.name_key) <= 400
