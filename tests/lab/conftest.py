from collections.abc import Iterator

import pytest

from fireline.lab.aws.timetable import Timetable
from fireline.lab.lab import Lab
from fireline.lab.options import LabOptions
from fireline.lab.world import World
from fireline.lab.world_file import read_world
from tests.lab.running import SECRET, WORLD, Running


@pytest.fixture(scope="session")
def world() -> World:
    return read_world(WORLD)


@pytest.fixture(scope="module")
def running(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("lab")
    timetable = Timetable(eventbridge_lag=0.1, trail_interval=0.4, repeat_every=3)
    lab = Lab(world, directory, LabOptions(webhook_secret=SECRET, timetable=timetable))
    yield Running(lab, lab.open(0))
    lab.close()
