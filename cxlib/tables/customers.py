"""Who customers are: a row a customer. Contacts go to the vault."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import CUSTOMER, words

KIND = Kind(
    name="customers",
    label=N_("Customers"),
    fields=(
        Field(
            "customer_id",
            "id",
            N_("Customer"),
            CUSTOMER + words("id, record id, crm id, profile id, username, document number"),
            required=True,
        ),
        Field(
            "email",
            "id",
            N_("E-mail address"),
            words("e mail, email address, mail, alamat email, surel"),
        ),
        Field(
            "phone",
            "id",
            N_("Phone"),
            words(
                "phone number, mobile, mobile number, telephone, whatsapp, telepon, no telepon, "
                "nomor telepon, no hp, nomor hp, hp, no wa"
            ),
        ),
        Field(
            "name",
            "text",
            N_("Name"),
            words(
                "full name, customer name, first name, last name, name surname, company name, company, "
                "forename, surname, nama, nama lengkap, nama pelanggan"
            ),
        ),
        Field(
            "consent",
            "flag",
            N_("Consent"),
            words(
                "marketing consent, opt in, accepts marketing, email consent, email marketing consent, "
                "sms marketing consent, newsletter, persetujuan, "
                "setuju dihubungi"
            ),
        ),
    ),
    attributes=True,
    hints=words(
        "email, phone, address, birth, gender, lead, income, education, marital, member, "
        "forename, surname, join, consent, postcode"
    ),
    subject=words("customer, user"),
)
