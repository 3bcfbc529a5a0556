"""Marketing: a row a campaign and day."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import TIME, words

KIND = Kind(
    name="campaigns",
    label=N_("Campaigns"),
    fields=(
        Field(
            "timestamp",
            "timestamp",
            N_("Date"),
            TIME
            + words(
                "send date, sent at, reporting start, report date, campaign date, week, month, tanggal laporan"
            ),
            required=True,
        ),
        Field(
            "channel",
            "category",
            N_("Channel"),
            words("source, platform, medium, network, kanal, saluran, site"),
        ),
        Field(
            "campaign",
            "category",
            N_("Campaign"),
            words(
                "campaign name, kampanye, nama kampanye, flow name, automation name, campaign id, ad set "
                "name, ad group name, ad group, ad name"
            ),
        ),
        Field(
            "cost",
            "money",
            N_("Cost"),
            words("spent, spend, amount spent, ad spend, budget, biaya, pengeluaran"),
        ),
        Field(
            "impressions",
            "number",
            N_("Impressions"),
            words("impr, views, tayangan, impresi"),
        ),
        Field("clicks", "number", N_("Clicks"), words("link clicks, klik")),
        Field(
            "sent",
            "number",
            N_("Sent"),
            words("emails sent, messages sent, recipients, total recipients, terkirim"),
        ),
        Field("delivered", "number", N_("Delivered"), words("emails delivered, sampai")),
        Field("opened", "number", N_("Opened"), words("opens, emails opened, dibuka")),
        Field("leads", "number", N_("Leads"), words("signups, registrations, prospek")),
        Field(
            "new_customers",
            "number",
            N_("New customers"),
            words("new buyers, acquired customers, pelanggan baru"),
        ),
        Field(
            "conversions",
            "number",
            N_("Conversions"),
            words("total conversion, approved conversion, purchases, orders, results, konversi"),
        ),
        Field(
            "revenue",
            "money",
            N_("Revenue"),
            words("conversion value, purchase value, sales, pendapatan, omzet"),
        ),
    ),
    attributes=True,
    hints=words("campaign, impression, click, cpc, ctr, cpm, roas, cost, reach, session, bounce"),
    subject=words("campaign, report"),
)
