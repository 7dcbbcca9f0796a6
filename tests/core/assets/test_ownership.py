from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ownership import AssetPattern, Service, owner_of, why_owner
from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import PolicyId, ServiceId, TeamId

BUCKET = AssetRef("aws.s3.bucket", "111122223333", "shop-exports")
PLAIN = Service(
    id=ServiceId("plain"),
    name="Plain",
    owner=TeamId("web"),
    policy=PolicyId("web"),
    tier=1,
    accounts=(),
    claims=(),
    data=(),
    depends_on=(),
    protected=False,
)
BY_ACCOUNT = replace(PLAIN, id=ServiceId("account"), accounts=("111122223333",))
BY_PATTERN = replace(
    PLAIN, id=ServiceId("pattern"), claims=(AssetPattern("aws.s3.bucket", "shop-*"),)
)


@given(st.permutations([PLAIN, BY_ACCOUNT, BY_PATTERN]))
def test_a_pattern_beats_an_account_in_any_order(services: list[Service]):
    assert owner_of([BUCKET], services) == BY_PATTERN


def test_an_account_claims_what_nothing_else_does():
    other = replace(BUCKET, id="logs")
    assert owner_of([other], [BY_PATTERN, BY_ACCOUNT]) == BY_ACCOUNT


def test_a_pattern_is_of_its_kind_only():
    assert owner_of([replace(BUCKET, kind="aws.iam.user")], [BY_PATTERN]) is None


def test_nothing_belongs_to_nobody():
    assert owner_of([], [BY_PATTERN, BY_ACCOUNT]) is None


def why(
    tags: dict[str, str], services: list[Service], asset: AssetRef = BUCKET
) -> tuple[str, str] | None:
    owned = why_owner(asset, tags, services)
    return (owned.service.id, owned.reason) if owned else None


def test_the_reason_says_what_decided():
    by_tags = replace(
        PLAIN, id=ServiceId("tags"), claims=(AssetPattern("*", "*", (("team", "web*"),)),)
    )
    of_both = replace(
        PLAIN,
        id=ServiceId("both"),
        claims=(AssetPattern("aws.s3.bucket", "*", (("team", "web"), ("stage", "prod"))),),
    )
    named = replace(PLAIN, id=ServiceId("shop"), name="Web shop")
    services = [of_both, by_tags, BY_PATTERN, named, BY_ACCOUNT]
    assert why({}, services) == ("pattern", "Plain claims aws.s3.bucket shop-*")
    assert why({"team": "web-1"}, services) == ("tags", "Plain claims the tag team=web*")
    assert why({"team": "web", "stage": "prod"}, services) == (
        "both",
        "Plain claims aws.s3.bucket * with the tag team=web and the tag stage=prod",
    )
    assert why({"Fireline:Service": "SHOP", "team": "web"}, services) == (
        "shop",
        "its tag fireline:service says Web shop",
    )
    other = replace(BUCKET, id="logs")
    assert why({"app": "web shop"}, services, other) == ("shop", "its tag app says Web shop")
    assert why({"app": "unheard of"}, services, other) == (
        "account",
        "Plain has the account 111122223333",
    )
    assert why({"app": ""}, [PLAIN], other) is None


@given(st.dictionaries(st.sampled_from(["service", "app", "fireline:service"]), st.text()))
def test_no_tag_makes_an_owner_of_a_service_the_plan_does_not_have(tags: dict[str, str]):
    owned = why_owner(BUCKET, tags, [BY_PATTERN])
    assert owned is not None
    assert owned.service == BY_PATTERN


def test_a_claim_of_tags_says_nothing_of_assets_whose_tags_are_not_known():
    by_tags = replace(PLAIN, claims=(AssetPattern("*", "*", (("team", "web"),)),))
    assert owner_of([BUCKET], [by_tags]) is None
