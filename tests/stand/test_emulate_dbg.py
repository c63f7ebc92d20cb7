from tests.stand.test_emulate_way import *
def test_dbg(stand):
    number, _ = report(stand)
    written, _ = our_comment(stand, number)
    stand.stop()
    stand.wire.faults({"kind": "hidden", "path": "^/users/", "times": 0})
    stand.start()
    with stand.counted() as seen:
        stand.emulator.edit(PRIVATE, number, body=stand.body(SUPPORTED))
    for e in seen.exchanges: print(e.verb, e.path, e.fault, e.status)
    print([ (c["id"], c["user"]["login"]) for c in stand.emulator.comments(PRIVATE, number)])
    assert 0
