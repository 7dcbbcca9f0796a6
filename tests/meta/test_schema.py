from tests.schema_dump import DUMP, dump


def test_the_schema_that_is_written_down_is_the_one_the_migrations_make(migrated: str):
    assert DUMP.read_text() == dump(migrated), "run `make schema` and read the difference"
