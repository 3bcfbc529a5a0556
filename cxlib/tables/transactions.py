"""Purchases: a row an order, or a row an order line."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import CONTACT, CUSTOMER, words

KIND = Kind(
    name="transactions",
    label=N_("Transactions"),
    fields=(
        Field("customer_id", "id", N_("Customer"), CUSTOMER + CONTACT, required=True),
        Field(
            "timestamp",
            "timestamp",
            N_("Date"),
            words(
                "order date, order time, order created at, order purchase timestamp, purchase date, "
                "purchase time, transaction date, transaction time, sale date, sales date, date, "
                "datetime, date time, created at, created, ordered, time, day, tanggal pesanan, tgl pesanan, tanggal "
                "order, waktu order, waktu pesanan, waktu pesanan dibuat, tanggal transaksi, tgl "
                "transaksi, waktu transaksi, tanggal pembelian, tanggal penjualan, tanggal, tgl, "
                "invoice date, tanggal faktur, paid at, payment date, tanggal bayar, tanggal "
                "pembayaran, waktu pembayaran"
            ),
            required=True,
        ),
        Field(
            "amount",
            "money",
            N_("Amount"),
            words(
                "net sales, order total, grand total, invoice total, line total, item total, total amount, order "
                "amount, total, total price, invoice amount, net amount, paid price, gross amount, "
                "total paid, total sales, total revenue, sales, sales value, revenue, payment value, "
                "payment amount, amount paid, order value, dollar value, total value, spend, "
                "turnover, extended price, total pembayaran, total harga, jumlah harga, total harga produk, total "
                "belanja, total bayar, jumlah bayar, jumlah pembayaran, nilai transaksi, nilai "
                "pesanan, total penjualan, total transaksi, penjualan, omzet, omset, nominal, gross "
                "sales, value, nilai, subtotal"
            ),
        ),
        Field(
            "order_id",
            "id",
            N_("Order"),
            words(
                "order, order number, order no, sale id, sale number, invoice, invoice no, invoice id, invoice "
                "number, transaction id, transaction, receipt, receipt no, receipt id, basket "
                "id, bill no, no pesanan, nomor pesanan, id pesanan, kode pesanan, no order, "
                "nomor order, id order, no invoice, nomor invoice, no faktur, nomor faktur, "
                "faktur, no transaksi, nomor transaksi, id transaksi, kode transaksi, no nota, "
                "nota, id"
            ),
        ),
        Field(
            "line_id",
            "id",
            N_("Order line"),
            words(
                "order line id, line item id, order item id, line no, line number, order line, row "
                "id, id baris, no baris"
            ),
        ),
        Field(
            "product",
            "category",
            N_("Product"),
            words(
                "stock code, product name, nama produk, nama barang, item name, product title, "
                "product description, lineitem name, description, article, item, produk, barang, "
                "sku, product id, product code, item code, kode produk, id produk, kode barang, "
                "nomor referensi sku, sku induk"
            ),
        ),
        Field(
            "category",
            "category",
            N_("Category"),
            words(
                "product category, category name, department, product type, item category, "
                "commodity desc, kategori, kategori produk, jenis produk, kategori barang, "
                "jenis barang"
            ),
        ),
        Field(
            "quantity",
            "number",
            N_("Quantity"),
            words(
                "qty, units, total items, total quantity, number of cds, number of items, number of units, items, pieces, "
                "count, quantity ordered, units sold, lineitem quantity, jumlah, kuantitas, "
                "banyaknya, jumlah barang, jumlah produk, jumlah item, jumlah produk di pesan, "
                "pcs"
            ),
        ),
        Field(
            "unit_price",
            "money",
            N_("Unit price"),
            words(
                "price, price per unit, unit value, item price, price each, unit cost, selling price, "
                "lineitem price, harga, harga satuan, harga jual, harga produk, harga barang, "
                "harga awal, harga setelah diskon"
            ),
        ),
        Field(
            "discount",
            "money",
            N_("Discount"),
            words(
                "discount amount, total discount, coupon, coupon discount, voucher, promo, "
                "rebate, retail disc, diskon, total diskon, potongan, potongan harga, nilai "
                "diskon"
            ),
        ),
        Field(
            "channel",
            "category",
            N_("Channel"),
            words(
                "sales channel, source, platform, marketplace, medium, utm source, order "
                "channel, kanal, saluran, sumber, kanal penjualan"
            ),
        ),
        Field(
            "place",
            "category",
            N_("Place"),
            words(
                "store, branch, location, store id, city, country, region, state, province, "
                "shipping city, toko, cabang, lokasi, kota, negara, provinsi, wilayah, "
                "kabupaten, kota kabupaten, site"
            ),
        ),
        Field(
            "currency",
            "category",
            N_("Currency"),
            words("currency code, mata uang, kode mata uang"),
        ),
        Field(
            "status",
            "category",
            N_("Status"),
            words(
                "order status, financial status, payment status, fulfillment status, state of "
                "order, transaction type, status pesanan, status order, status pembayaran, "
                "status transaksi, jenis transaksi"
            ),
        ),
    ),
    hints=words(
        "order, invoice, transaction, sale, purchase, product, sku, quantity, price, ship, pay, discount"
    ),
    subject=words("order, sale, transaction, purchase"),
)
