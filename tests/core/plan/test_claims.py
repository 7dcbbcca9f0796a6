import pytest

from fireline.core.assets.ownership import AssetPattern
from fireline.core.plan.mistakes import Code
from fireline.core.values.ids import ServiceId
from tests.core.plan.breaking import compiled, mistakes_with, swapped

SHOP = "services/shop.yaml"
CLAIM = "{kind: aws.iam.user, id: svc-backup}"


def claiming(claim: str) -> dict[str, str]:
    return {SHOP: swapped(SHOP, (CLAIM, claim))}


@pytest.mark.parametrize(
    ("claim", "pattern"),
    [
        ("{tags: {team: shop}}", AssetPattern("*", "*", (("team", "shop"),))),
        (
            '{kind: aws.s3.bucket, tags: {team: "shop*", stage: prod}}',
            AssetPattern("aws.s3.bucket", "*", (("team", "shop*"), ("stage", "prod"))),
        ),
        (CLAIM, AssetPattern("aws.iam.user", "svc-backup")),
    ],
)
def test_a_service_claims_by_kind_and_id_or_by_tags(claim: str, pattern: AssetPattern):
    assert pattern in compiled(claiming(claim)).services[ServiceId("shop")].claims


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("{kind: aws.s3.bucket}", "a kind and an id, or tags"),
        ("{tags: {}}", "a kind and an id, or tags"),
        ("{id: shop-1, tags: {team: shop}}", "name the kind too"),
        ("{tags: {team: ''}}", "team"),
        ("{tags: shop}", "tags"),
    ],
)
def test_a_claim_that_says_too_little_is_a_mistake_where_it_stands(claim: str, says: str):
    mistakes = mistakes_with(claiming(claim))
    assert [(mistake.code, mistake.file) for mistake in mistakes] == [(Code.FIELD_WRONG, SHOP)]
    assert says in str(mistakes[0])
