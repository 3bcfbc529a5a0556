"""Which worker runs what: tests that share what is dear to make are run by the same one."""

from xdist.scheduler import LoadScopeScheduling

# A server with the demo company in it and a browser; the analyses that charts draw.
SHARED = ("tests/browser/", "tests/charts/")


class ByModule(LoadScopeScheduling):
    """A module at a time, but these folders as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        whole = [folder for folder in SHARED if nodeid.startswith(folder)]
        return whole[0] if whole else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    return ByModule(config, log)
