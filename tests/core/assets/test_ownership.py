from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ownership import AssetPattern, Service, owner_of
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
