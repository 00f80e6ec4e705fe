"""Prepared statements: Django's ORM writes the SQL once, each use only binds values.

For what every turn does: the ORM takes ten times as long to write such a statement as SQLite takes to run it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    IntegerField,
    JSONField,
    Model,
    QuerySet,
    TextField,
)
from django.db.models.constants import OnConflict
from django.db.models.expressions import Combinable
from django.db.models.sql.subqueries import InsertQuery, UpdateQuery
from django.utils import timezone

from playground.engine.json_text import json_bytes

Row = tuple[Any, ...]
Conversion = tuple[int, Callable[..., Any], Any]
"""A column, a function that makes Python values of the database's, and the expression that they are of."""


class QuickJSONEncoder(json.JSONEncoder):
    """Writes JSON with orjson: a turn stores its whole request, of a megabyte after a thousand others.

    It takes what `json_bytes` takes: a number that JSON hasn't becomes null, which Django leaves to the database.
    """

    def encode(self, value: Any) -> str:
        return json_bytes(value).decode()


_PASSED_AS_IT_IS: Mapping[type, type] = {
    CharField: str,
    TextField: str,
    BooleanField: bool,
    IntegerField: int,
}
"""By field, those derived from it too: the type of its values that drivers take as they are. Django makes ten calls to
find that out.
"""
_ADAPTED: Mapping[type, Callable[[BaseDatabaseOperations, Any], Any]] = {
    DateTimeField: lambda database, value: database.adapt_datetimefield_value(value),
    JSONField: lambda database, value: database.adapt_json_value(value, QuickJSONEncoder),
}
"""By field likewise: how any other value becomes what the driver takes, without the field's own checks."""


def _database() -> BaseDatabaseWrapper:
    """Return this thread's connection itself: each use of Django's ``connection`` would look it up anew."""
    return connections[DEFAULT_DB_ALIAS]


Known = TypeVar("Known")


def _known_of(model_field: "Field[Any, Any]", known: Mapping[type, Known]) -> Known | None:
    return next((known[each] for each in type(model_field).__mro__ if each in known), None)


class Parameter(Expression):
    """A value of a prepared statement that is bound by name, as a value of ``output_field``."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name
        target = getattr(output_field, "target_field", output_field)
        self.passed_type = _known_of(target, _PASSED_AS_IT_IS)
        """The type of values that the driver takes as they are."""
        self._adapt = _known_of(target, _ADAPTED)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)

    def adapted(self, value: Any, database: BaseDatabaseWrapper) -> Any:
        """Return any other value as the driver takes it."""
        if self._adapt is not None:
            return self._adapt(database.ops, value)
        return self.output_field.get_db_prep_save(value, database)


def parameter(model: type[Model], name: str) -> Parameter:
    """Return a parameter named after the field of whose type it is."""
    model_field = model._meta.get_field(name)
    assert isinstance(model_field, Field)
    return Parameter(name, getattr(model_field, "target_field", model_field))


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL as one kind of database understands it."""

    sql: str
    parameters: Sequence[Any]
    conversions: Sequence[Conversion] = ()

    def execute(self, database: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Any:
        """Return the cursor. Raises DatabaseError."""
        cursor = database.cursor()
        cursor.execute(self.sql, self._bound(database, values))
        return cursor

    def _bound(self, database: BaseDatabaseWrapper, values: Mapping[str, Any]) -> list[Any]:
        bound = []
        for each in self.parameters:
            value = values[each.name] if isinstance(each, Parameter) else each
            if isinstance(each, Parameter) and value is not None and type(value) is not each.passed_type:
                value = each.adapted(value, database)
            bound.append(value)
        return bound

    def rows(self, database: BaseDatabaseWrapper, values: Mapping[str, Any]) -> list[Row]:
        with self.execute(database, values) as cursor:
            rows: list[Row] = cursor.fetchall()
        return [self._converted(row, database) for row in rows] if self.conversions else rows

    def _converted(self, row: Row, database: BaseDatabaseWrapper) -> Row:
        values = list(row)
        for place, convert, expression in self.conversions:
            values[place] = convert(values[place], expression, database)
        return tuple(values)


class _Prepared:
    """A statement, written when a kind of database is first asked."""

    def __init__(self) -> None:
        self._by_vendor: dict[str, _Statement] = {}

    def _statement(self, database: BaseDatabaseWrapper) -> _Statement:
        statement = self._by_vendor.get(database.vendor)
        if statement is None:
            statement = self._by_vendor[database.vendor] = self._write(database)
        return statement

    def _write(self, database: BaseDatabaseWrapper) -> _Statement:
        raise NotImplementedError


class PreparedSelect(_Prepared):
    """The rows of a queryset made with ``values_list``; call it with the parameters by name."""

    def __init__(self, queryset: Callable[[], "QuerySet[Any, Any]"]) -> None:
        super().__init__()
        self._queryset = queryset

    def __call__(self, **values: Any) -> list[Row]:
        database = _database()
        return self._statement(database).rows(database, values)

    def first(self, **values: Any) -> Row | None:
        return next(iter(self(**values)), None)

    def _write(self, database: BaseDatabaseWrapper) -> _Statement:
        compiler = self._queryset().query.get_compiler(connection=database)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters(expression for expression, *_ in compiler.select)
        conversions = [
            (place, convert, expression)
            for place, (functions, expression) in converters.items()
            for convert in functions
        ]
        return _Statement(sql, parameters, conversions)


class PreparedUpdate(_Prepared):
    """Sets the named fields of a queryset's rows; call it with all values by name. Returns the number of rows."""

    def __init__(self, queryset: Callable[[], "QuerySet[Any, Any]"], fields: Iterable[str]) -> None:
        super().__init__()
        self._queryset = queryset
        self._fields = tuple(fields)

    def __call__(self, **values: Any) -> int:
        database = _database()
        with self._statement(database).execute(database, values) as cursor:
            count: int = cursor.rowcount
        return count

    def _write(self, database: BaseDatabaseWrapper) -> _Statement:
        queryset = self._queryset()
        query = UpdateQuery(queryset.model)
        query.where = queryset.query.chain().where
        query.add_update_values({name: parameter(queryset.model, name) for name in self._fields})
        return _Statement(*query.get_compiler(connection=database).as_sql())


class PreparedInsert(_Prepared):
    """Inserts a row; call it with its values by attribute. What isn't named has its field's default, and a key that is
    the database's to give stays unknown. Returns the number of rows: 0 on a conflict that is to be ignored.
    """

    def __init__(
        self,
        model: type[Model],
        on_conflict: OnConflict | None = None,
        computed: Mapping[str, Combinable] | None = None,
    ) -> None:
        """``computed``: what the database computes, by attribute."""
        super().__init__()
        self._model = model
        self._on_conflict = on_conflict
        self._computed = computed or {}
        self._fields = [each for each in model._meta.local_concrete_fields if not isinstance(each, AutoField)]
        self._defaults = {
            each.attname: _default_of(each) for each in self._fields if each.attname not in self._computed
        }

    def __call__(self, **values: Any) -> int:
        for name, default in self._defaults.items():
            if name not in values:
                values[name] = default()
        database = _database()
        with self._statement(database).execute(database, values) as cursor:
            count: int = cursor.rowcount
        return count

    def _write(self, database: BaseDatabaseWrapper) -> _Statement:
        query = InsertQuery(self._model, on_conflict=self._on_conflict)
        named: dict[str, Combinable] = {each.attname: Parameter(each.attname, each) for each in self._fields}
        named.update(self._computed)
        query.insert_values(self._fields, [self._model(**named)], raw=True)
        ((sql, parameters),) = query.get_compiler(connection=database).as_sql()
        return _Statement(sql, parameters)


def _default_of(model_field: "Field[Any, Any]") -> Callable[[], Any]:
    is_of_now = isinstance(model_field, DateTimeField) and (model_field.auto_now_add or model_field.auto_now)
    return timezone.now if is_of_now else model_field.get_default
