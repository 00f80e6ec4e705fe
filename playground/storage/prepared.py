"""Prepared statements: Django's ORM writes the SQL once, each use only binds values.

For what every turn does: the ORM takes ten times as long to write such a statement as SQLite takes to run it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, BooleanField, CharField, Expression, Field, Model, QuerySet, TextField
from django.db.models.sql.subqueries import InsertQuery, UpdateQuery

Row = tuple[Any, ...]
Converters = Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]
"""By column: functions that make Python values of the database's, and the expression that they are of."""

_PASSED_AS_IT_IS: Mapping[type, type] = {
    CharField: str,
    TextField: str,
    BooleanField: bool,
}
"""By field: the type of its values that drivers take as they are. Django makes ten calls to find that out."""


def _database() -> BaseDatabaseWrapper:
    """Return this thread's connection itself: each use of Django's ``connection`` would look it up anew."""
    return connections[DEFAULT_DB_ALIAS]


class Parameter(Expression):
    """A value of a prepared statement that is bound by name, as a value of ``output_field``."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name
        self._passed_type = _PASSED_AS_IT_IS.get(type(getattr(output_field, "target_field", output_field)))

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)

    def bound(self, values: Mapping[str, Any], database: BaseDatabaseWrapper) -> Any:
        """Return the named value as the database's driver takes it."""
        value = values[self.name]
        if value is None or type(value) is self._passed_type:
            return value
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
    converters: Converters = field(default_factory=dict)

    def execute(self, database: BaseDatabaseWrapper, values: Mapping[str, Any]) -> Any:
        """Return the cursor. Raises DatabaseError."""
        bound = [
            each.bound(values, database) if isinstance(each, Parameter) else each for each in self.parameters
        ]
        cursor = database.cursor()
        cursor.execute(self.sql, bound)
        return cursor

    def rows(self, database: BaseDatabaseWrapper, values: Mapping[str, Any]) -> list[Row]:
        with self.execute(database, values) as cursor:
            rows: list[Row] = cursor.fetchall()
        return [self._converted(row, database) for row in rows] if self.converters else rows

    def _converted(self, row: Row, database: BaseDatabaseWrapper) -> Row:
        values = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
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
        return _Statement(
            sql, parameters, compiler.get_converters(expression for expression, *_ in compiler.select)
        )


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
    """Inserts a new instance of the model. A primary key that is the database's to give is not told to the instance."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__()
        self._model = model
        self._fields = [each for each in model._meta.local_concrete_fields if not isinstance(each, AutoField)]

    def __call__(self, instance: Model) -> None:
        database = _database()
        values = {each.attname: each.pre_save(instance, add=True) for each in self._fields}
        self._statement(database).execute(database, values).close()
        instance._state.adding, instance._state.db = False, database.alias

    def _write(self, database: BaseDatabaseWrapper) -> _Statement:
        query = InsertQuery(self._model)
        named = {each.attname: Parameter(each.attname, each) for each in self._fields}
        query.insert_values(self._fields, [self._model(**named)], raw=True)
        ((sql, parameters),) = query.get_compiler(connection=database).as_sql()
        return _Statement(sql, parameters)
