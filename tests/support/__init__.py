"""Support code of the tests: drivers, servers, payloads. No test and no fixture lives here."""
