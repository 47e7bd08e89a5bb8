"""The table: what was measured, ours beside stock, and the ratio."""

RPC = [
    ("instructions per call: getLibVersion", "instructions libversion", "{:,.0f}"),
    ("instructions per call: domainGetInfo", "instructions info", "{:,.0f}"),
    ("instructions per call: domainGetXMLDesc", "instructions xml", "{:,.0f}"),
    ("instructions: connect, open, close", "instructions connect", "{:,.0f}"),
    ("instructions: define a domain", "instructions define", "{:,.0f}"),
    ("instructions: list 1,000 domains", "instructions list", "{:,.0f}"),
    ("instructions: statistics of 1,000 inactive domains", "instructions stats", "{:,.0f}"),
    ("system calls per call: getLibVersion", "system calls libversion", "{:.1f}"),
    ("system calls per call: domainGetInfo", "system calls info", "{:.1f}"),
    ("system calls per call: domainGetXMLDesc", "system calls xml", "{:.1f}"),
    ("system calls: connect, open, close", "system calls connect", "{:.0f}"),
    ("system calls: define a domain", "system calls define", "{:.0f}"),
    ("system calls: list 1,000 domains", "system calls list", "{:,.0f}"),
    ("system calls: statistics of 1,000 inactive domains", "system calls stats", "{:,.0f}"),
    ("us per call: getLibVersion", "latency us libversion", "{:.1f}"),
    ("us per call: domainGetInfo", "latency us info", "{:.1f}"),
    ("us per call: domainGetXMLDesc", "latency us xml", "{:.1f}"),
    ("us to connect, open, close", "connect us", "{:.0f}"),
    ("calls per second, 1 connection, 5 under way: getLibVersion", "calls/s libversion 1", "{:,.0f}"),
    ("calls per second, 8 connections, 5 under way: getLibVersion", "calls/s libversion 8", "{:,.0f}"),
    ("calls per second, 8 connections, 5 under way: domainGetInfo", "calls/s info 8", "{:,.0f}"),
    ("calls per second, 8 connections, 5 under way: domainGetXMLDesc", "calls/s xml 8", "{:,.0f}"),
    ("us from a change to its event", "event us", "{:,.0f}"),
    ("us from a change to its event, 64 others waiting", "event us 64", "{:,.0f}"),
    ("us of domainGetInfo that 1 in 100 exceeds", "p99 us quiet", "{:.1f}"),
    ("us of it beside a client that calls without end", "p99 us flood", "{:.1f}"),
    ("us to define a domain, durable, 1 to 1,000", "define us 1000", "{:,.0f}"),
    ("us to define a domain, durable, 1,001 to 5,000", "define us 5000", "{:,.0f}"),
    ("us to list 1,000 domains", "list us 1000", "{:,.0f}"),
    ("us to list 5,000 domains", "list us 5000", "{:,.0f}"),
    ("us for statistics of 1,000 inactive domains", "stats us 1000", "{:,.0f}"),
    ("us for statistics of 5,000 inactive domains", "stats us 5000", "{:,.0f}"),
    ("ms from exec to the first answer", "start ms", "{:.1f}"),
    ("ms from exec to the first answer, 1,000 domains", "start ms 1000", "{:.1f}"),
    ("ms from exec to the first answer, 5,000 domains", "start ms 5000", "{:.1f}"),
    ("KiB of memory", "rss", "{:,.0f}"),
    ("KiB of it anonymous", "anonymous", "{:,.0f}"),
    ("KiB for each of 1,000 defined domains", "KiB per domain 1000", "{:.2f}"),
    ("KiB for each of 5,000 defined domains", "KiB per domain 5000", "{:.2f}"),
    ("threads", "threads", "{:.0f}"),
]

GUEST_COLUMNS = [("ours q35", "vireo q35"), ("ours microvm", "vireo microvm"), ("stock q35", "libvirtd q35"),
                 ("qemu q35", "QEMU q35"), ("qemu microvm", "QEMU microvm")]

GUEST_ROWS = [
    ("ms until a minimal guest's first output", "minimal", "ms", "{:,.0f}"),
    ("VM exits until then", "minimal", "exits", "{:,.0f}"),
    ("ms until init of a small kernel", "small", "ms", "{:,.0f}"),
    ("VM exits until then", "small", "exits", "{:,.0f}"),
    ("ms until init of the distribution's kernel", "linux", "ms", "{:,.0f}"),
    ("VM exits until then", "linux", "exits", "{:,.0f}"),
    ("KiB beyond guest RAM: anonymous", "linux", "anonymous KiB", "{:,.0f}"),
    ("KiB beyond guest RAM: private", "linux", "private KiB", "{:,.0f}"),
    ("threads, 1 processor", "linux", "threads", "{:.0f}"),
    ("ms until destroy returns", "linux", "destroy ms", "{:,.0f}"),
]


def write(results):
    """Markdown."""
    parts = []
    if "ours" in results:
        parts.append(rpc(results["ours"], results.get("stock", {})))
    if "guests" in results:
        parts.append(guests(results["guests"]))
    if "sizes" in results:
        sizes = results["sizes"]
        parts.append("Stripped size: " + ", ".join("`%s` %.2f MB" % (name, size / 1e6) for name, size in sizes.items())
                     + ", together %.2f MB.\n" % (sum(sizes.values()) / 1e6))
    return "\n".join(parts)


def rpc(ours, stock):
    rows = [["the daemon", "vireod", "libvirtd", "ratio"]]
    for title, name, form in RPC:
        if name in ours:
            rows.append([title, shown(ours, name, form), shown(stock, name, form), ratio(ours, stock, name)])
    return render(rows)


def guests(figures):
    rows = [["a guest"] + [title for _, title in GUEST_COLUMNS]]
    for title, kernel, name, form in GUEST_ROWS:
        columns = [figures.get("%s %s" % (who, kernel), {}) for who, _ in GUEST_COLUMNS]
        rows.append([title] + [shown(column, name, form) for column in columns])
    return render(rows)


def shown(figures, name, form):
    return form.format(figures[name]) if name in figures else "-"


def ratio(ours, stock, name):
    return "%.2f" % (ours[name] / stock[name]) if stock.get(name) else "-"


def render(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(cells):
        first = cells[0].ljust(widths[0])
        return "| %s |\n" % " | ".join([first] + [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])])
    separator = "| %s |\n" % " | ".join(["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]])
    return line(rows[0]) + separator + "".join(map(line, rows[1:]))
