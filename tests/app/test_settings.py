from pathlib import Path

import pytest

from fireline.app.settings import Settings, SettingsError, load
from fireline.core.values.secret import Secret


def said(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        load(environ)
    return str(wrong.value).splitlines()


def test_without_any_setting_fireline_listens_on_loopback_and_keeps_its_own_database():
    settings = load({"HOME": "/home/ana", "PATH": "/bin"})
    assert (settings.host, settings.port) == ("127.0.0.1", 8040)
    assert settings.address == "http://127.0.0.1:8040"
    assert settings.database_url is None
    assert settings.data_dir.name == "fireline"


def test_local_files_go_where_the_desktop_standard_says():
    assert load({"XDG_DATA_HOME": "/data"}).data_dir == Path("/data/fireline")
    assert load({"XDG_DATA_HOME": "/data", "FIRELINE_DATA_DIR": "/d"}).data_dir == Path("/d")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "abc", 'must be a whole number between 1 and 65535, and is "abc".'),
        ("PORT", "0", 'must be a whole number between 1 and 65535, and is "0".'),
        ("PORT", "65536", 'must be a whole number between 1 and 65535, and is "65536".'),
        ("PORT", "80.5", 'must be a whole number between 1 and 65535, and is "80.5".'),
        (
            "BASE_URL",
            "fireline.example",
            'must be an address that begins with http:// or https://, and is "fireline.example".',
        ),
        ("LOG_FORMAT", "xml", 'must be text or json, and is "xml".'),
        ("SMTP_STARTTLS", "perhaps", 'must be true or false, and is "perhaps".'),
        ("SMTP_FROM", "fireline", 'must be a mail address, and is "fireline".'),
        ("AWS_ACCOUNT", "1234", 'must be the twelve digits of an AWS account, and is "1234".'),
        (
            "AWS_QUEUE_URLS",
            "https://sqs/a, junk",
            'must be addresses of SQS queues, separated by commas, and is "https://sqs/a, junk".',
        ),
        ("AWS_MONITOR_ROLE_ARN", "look", 'must be the ARN of an IAM role, and is "look".'),
        (
            "KUBERNETES_CLUSTERS",
            "/etc/kubeconfig",
            (
                "must be clusters such as prod-eu=/etc/fireline/kubeconfig#prod,"
                ' with commas between, and is "/etc/kubeconfig".'
            ),
        ),
        ("KUBERNETES_CLUSTERS", "a=/x,b=/y,a=/z", "names a twice."),
        ("KUBERNETES_EXEC", "perhaps", 'must be true or false, and is "perhaps".'),
        ("SMTP_PASSWORD", "hunter2", "must be a reference, env:NAME or file:PATH."),
        ("WEBHOOK_SECRET", "env:NOT_THERE", "names the variable NOT_THERE, which is not set."),
        ("WEBHOOK_SECRET", "file:/no/file", "names the file /no/file, which has nothing."),
        (
            "DATABASE_URL",
            "mysql://db",
            "must be a PostgreSQL address, or a reference to one, env:NAME or file:PATH.",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(name: str, value: str, sentence: str):
    (line,) = said({f"FIRELINE_{name}": value})
    assert line == f"FIRELINE_{name} {sentence}"


def test_a_slip_of_the_hand_is_told_with_what_was_probably_meant():
    assert said({"FIRELINE_PROT": "1"}) == [
        "FIRELINE_PROT is not a setting of fireline; did you mean FIRELINE_PORT?"
    ]
    assert said({"FIRELINE_XYZZY_QQ": "1"}) == ["FIRELINE_XYZZY_QQ is not a setting of fireline."]


def test_every_mistake_is_told_at_once():
    lines = said({"FIRELINE_PORT": "x", "FIRELINE_SMTP_PORT": "y", "FIRELINE_PROT": "1"})
    assert len(lines) == 3


def test_settings_that_need_each_other_say_so():
    assert said({"FIRELINE_SMTP_HOST": "mail"}) == [
        "FIRELINE_SMTP_FROM must be set, because FIRELINE_SMTP_HOST is."
    ]
    assert said({"FIRELINE_SMTP_PASSWORD": "env:P", "P": "x"}) == [
        "FIRELINE_SMTP_USERNAME must be set, because FIRELINE_SMTP_PASSWORD is."
    ]
    assert said({"FIRELINE_AWS_RESPONDER_ROLE_ARN": "arn:aws:iam::123456789012:role/r"}) == [
        "FIRELINE_AWS_EXTERNAL_ID must be set, because FIRELINE_AWS_RESPONDER_ROLE_ARN is."
    ]


def test_secrets_are_followed_and_never_printed(tmp_path: Path):
    kept = tmp_path / "secret"
    kept.write_text("from a file\n")
    settings = load(
        {
            "FIRELINE_WEBHOOK_SECRET": f"file:{kept}",
            "FIRELINE_DATABASE_URL": "env:DB",
            "DB": "postgresql://u:hush@db/fireline",
        }
    )
    assert settings.webhook_secret == Secret("from a file")
    assert settings.database_url == Secret("postgresql://u:hush@db/fireline")
    assert "hush" not in repr(settings)
    assert "from a file" not in str(settings)


def test_a_mistake_never_repeats_a_secret():
    assert "hush" not in "".join(
        said({"FIRELINE_DATABASE_URL": "hush", "FIRELINE_SMTP_PASSWORD": "hush"})
    )


def test_what_the_command_line_and_the_tests_read_is_left_to_them():
    load({"FIRELINE_URL": "http://x", "FIRELINE_TOKEN": "fl_x", "FIRELINE_TEST_DSN": "x"})


def test_an_empty_variable_counts_as_absent_and_lists_are_split():
    settings = load(
        {"FIRELINE_PORT": "", "FIRELINE_AWS_QUEUE_URLS": "https://sqs/1/a,https://sqs/1/b"}
    )
    assert settings.port == 8040
    assert settings.aws_queue_urls == ("https://sqs/1/a", "https://sqs/1/b")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_says_what_it_is_for_in_a_sentence(field: str):
    says = Settings.model_fields[field].description or ""
    assert says.endswith(".")
