"""Names that several kinds share for the same field, as they appear in headers."""


def words(text: str) -> tuple[str, ...]:
    """Names parted by commas, as a tuple."""
    return tuple(text.split(", "))


CUSTOMER = words(
    "customer, customer number, customer no, customer code, cust id, cust, client id, client, "
    "buyer id, buyer, user id, user, member id, member no, member, shopper id, household id, "
    "household key, account id, guest id, contact id, visitor id, id pelanggan, pelanggan, "
    "kode pelanggan, no pelanggan, nomor pelanggan, id pembeli, pembeli, id member, id "
    "anggota, id konsumen, konsumen, id customer, loyalty card, loyalty id, loyalty number, card "
    "number, card holder, customer card"
)
CONTACT = words(
    "customer email, email pelanggan, buyer username, username pembeli, username, email, "
    "customer phone, phone, phone number, customer name, nama pelanggan, nama pembeli"
)
TIME = words(
    "date, datetime, created at, created, time, day, tanggal, tgl, waktu, tanggal waktu, submitted at"
)
