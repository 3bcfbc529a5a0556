"""What people do on a site or in an app: a row an event."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import CUSTOMER, TIME, words

KIND = Kind(
    name="events",
    label=N_("Events"),
    fields=(
        Field(
            "customer_id",
            "id",
            N_("Customer"),
            CUSTOMER
            + words(
                "distinct id, user pseudo id, anonymous id, client id ga, device id, username, email"
            ),
            required=True,
        ),
        Field(
            "timestamp",
            "timestamp",
            N_("Time"),
            TIME + words("event time, event timestamp, event date, waktu kejadian"),
            required=True,
        ),
        Field(
            "event",
            "category",
            N_("Event"),
            words(
                "event name, event type, metric name, metric, action, activity, kejadian, aktivitas, aksi"
            ),
            required=True,
        ),
        Field(
            "session_id",
            "id",
            N_("Session"),
            words("session, visit id, user session, sesi, id sesi"),
        ),
        Field(
            "page", "category", N_("Page"), words("url, page url, path, screen, page path, halaman")
        ),
        Field(
            "channel",
            "category",
            N_("Channel"),
            words(
                "source, utm source, traffic source, acquisition channel, channel group, default "
                "channel group, medium, source medium, platform, kanal, sumber, site"
            ),
        ),
        Field("value", "number", N_("Value"), words("event value, revenue, nilai")),
    ),
    attributes=True,
    hints=words("event, session, page, device, browser, utm"),
    subject=words("event"),
)
