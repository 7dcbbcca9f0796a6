"""The kinds of asset that rooms speak of by name."""

ACCESS_KEY = "aws.iam.access_key"
SESSION = "aws.sts.session"
USER = "aws.iam.user"
ROLE = "aws.iam.role"
ACCOUNT = "aws.account"
REGION = "aws.region"
