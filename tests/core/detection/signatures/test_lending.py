"""Nothing is left in what CEL hands a function, which CEL keeps."""

import gc

from cel_expr_python import cel

from fireline.core.detection.signatures.judging import environment
from fireline.core.detection.signatures.lending import lent

TIMES = 300
# CEL keeps the emptied list, and the tuple it was handed over in.
MOST = 2.5


def test_nothing_is_left_in_arguments() -> None:
    kinds = [cel.Type.List(cel.Type.DYN), cel.Type.STRING]
    ask = lent(lambda rows, _: len(rows) > 1)
    way = cel.Overload("asked", cel.Type.BOOL, kinds, is_member=False, impl=ask)
    env = cel.NewEnv(variables={}, functions=[cel.FunctionDecl("asked", [way])])
    asked = env.compile('asked([{"a": [1, [2]]}, {"b": {"c": [[]]}}], "a " + "text")')
    assert asked.eval(env.Activation({})).value() is True
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(TIMES):
        asked.eval(env.Activation({}))
    gc.collect()
    assert len(gc.get_objects()) - before < MOST * TIMES


def test_a_signatures_function_keeps_nothing_of_a_config() -> None:
    env = environment()
    asked = env.compile("world_reaches(config.IpPermissions, 22)")

    def ask() -> bool:
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "::"}]}
        return bool(asked.eval(env.Activation({"config": {"IpPermissions": [rule]}})))

    ask()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(TIMES):
        ask()
    gc.collect()
    assert len(gc.get_objects()) - before < MOST * TIMES
