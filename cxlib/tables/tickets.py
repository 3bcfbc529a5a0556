"""Support cases: a row a ticket, or a row a step of one."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import CONTACT, CUSTOMER, TIME, words

KIND = Kind(
    name="tickets",
    label=N_("Support tickets"),
    fields=(
        Field(
            "ticket_id",
            "id",
            N_("Ticket"),
            words(
                "ticket, ticket number, case id, issue id, case, case number, incident id, id "
                "tiket, tiket, no tiket, nomor tiket, id kasus, id"
            ),
            required=True,
        ),
        Field(
            "timestamp",
            "timestamp",
            N_("Opened"),
            TIME
            + words(
                "opened at, opened, open date, requested, started at, received at, receive date, reported at, requested at, request date, "
                "complete timestamp, ticket created, "
                "tanggal tiket, tanggal dibuat, waktu dibuat"
            ),
            required=True,
        ),
        Field(
            "customer_id",
            "id",
            N_("Customer"),
            CUSTOMER
            + CONTACT
            + words("requester, requester id, requester email, requester name, pelapor"),
        ),
        Field(
            "activity", "category", N_("Activity"), words("event, action, step, aktivitas, langkah")
        ),
        Field(
            "first_response_at",
            "timestamp",
            N_("First response"),
            words(
                "first response, first reply at, first response time, first responded at, "
                "respon pertama, waktu respon pertama"
            ),
        ),
        Field(
            "resolved_at",
            "timestamp",
            N_("Resolved"),
            words(
                "resolved, closed at, closed, resolution time, resolution date, solved at, "
                "tanggal selesai, waktu selesai, ditutup"
            ),
        ),
        Field("status", "category", N_("Status"), words("ticket status, state, status tiket")),
        Field(
            "topic",
            "category",
            N_("Topic"),
            words(
                "category, ticket type, reason, issue type, ticket category, type, topik, kategori, jenis"
            ),
        ),
        Field(
            "channel",
            "category",
            N_("Channel"),
            words("source, ticket channel, via, kanal, sumber, site"),
        ),
        Field(
            "group",
            "category",
            N_("Group"),
            words("team, queue, assignee group, department, agent, tim, grup, petugas"),
        ),
        Field(
            "csat",
            "number",
            N_("Satisfaction"),
            words(
                "customer satisfaction rating, satisfaction, satisfaction rating, rating, kepuasan"
            ),
        ),
        Field(
            "text",
            "text",
            N_("Text"),
            words(
                "description, body, message, ticket description, comment, deskripsi, isi, "
                "pesan, keluhan, subject, ticket subject, summary, headline"
            ),
        ),
    ),
    attributes=True,
    hints=words("ticket, agent, priority, resolve, close, sla, open, assignee"),
    subject=words("ticket"),
)
