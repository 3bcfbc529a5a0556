"""Names that several kinds share for the same field, as they appear in headers."""


def words(text: str) -> tuple[str, ...]:
    """Names parted by commas, as a tuple."""
    return tuple(text.split(", "))


CUSTOMER = words(
    "customer, customer number, customer no, customer code, cust id, cust, client id, client, "
    "buyer id, buyer, user id, user, member id, member no, member, shopper id, household id, "
    "household key, account id, guest id, contact id, visitor id, id pelanggan, pelanggan, "
    "kode pelanggan, no pelanggan, nomor pelanggan, id pembeli, pembeli, id member, id "
    "anggota, id konsumen, konsumen, id customer"
)
CONTACT = words(
    "customer email, customer name, buyer username, username pembeli, username, nama "
    "pelanggan, nama pembeli, email pelanggan, email"
)
TIME = words("date, time, datetime, created at, created, day, tanggal, tgl, waktu, tanggal waktu")
