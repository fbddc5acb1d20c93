"""Measure the library: python tests/cost.py 2000 20000 (numbers asked about, numbers held)."""

import sys
import time

import private_set_intersection.python as psi


def main(asked: int, held: int) -> None:
    """Print processor time and bytes of each message; half of those asked about are held."""
    department, registry = psi.server.CreateWithNewKey(True), psi.client.CreateWithNewKey(True)
    ours = [f"99010119{n:010d}" for n in range(asked)]
    theirs = [f"99010119{n:010d}" for n in range(asked // 2, asked // 2 + held)]
    began = time.process_time()

    def told(what: str, size: int, count: int) -> None:
        nonlocal began
        spent, began = time.process_time() - began, time.process_time()
        print(f"{what:13} {spent:7.2f} s CPU  {spent / count * 1e6:6.1f} µs each  {size:9} bytes")

    setup = department.CreateSetupMessage(1e-9, asked, theirs)
    told("setup", setup.ByteSize(), held)
    request = registry.CreateRequest(ours)
    told("request", request.ByteSize(), asked)
    response = department.ProcessRequest(request)
    told("response", response.ByteSize(), asked)
    found = registry.GetIntersection(setup, response)
    told("intersection", 0, asked)
    print(f"{len(found)} in both")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
