"""Payloads of ukrainealarm.com, from its API description."""

MESSAGE = (
    '{"status":"Activate","regionId":54,"alarmType":"AIR",'
    '"createdAt":"2026-03-05T08:00:00Z","activeAlertLevels":null}'
)
TREE = {
    "states": [
        {
            "regionId": "28",
            "regionName": "Донецька область",
            "regionChildIds": [
                {
                    "regionId": "54",
                    "regionName": "Бахмутський район",
                    "regionChildIds": [
                        {"regionId": "900", "regionName": "Соледарська територіальна громада"}
                    ],
                }
            ],
        }
    ]
}
