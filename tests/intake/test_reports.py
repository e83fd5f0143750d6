from triaged.intake.reports import report_id


def test_id_of_a_report_is_short_enough_to_be_read_out() -> None:
    assert report_id("5f2e8a91-c0d4-4b1e-9c3a-000000000000") == "REP-5f2e8a91c0d4"
