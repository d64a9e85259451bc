"""The HTML report and the SVG ladder in a real browser: light and dark, in wide and narrow windows,
with hundreds of messages, by keyboard, and with a hostile call. With --keep the pictures stay.

Usage: browser_test.py LASTCALL [--keep] [TEST...]
"""
import os
import sys

import browser
import peers
import replay_test

HOSTILE = ("</text><script>window.hit=1</script>", "\"><img src=x onerror=window.hit=1>",
           "]]></style><iframe src=javascript:parent.hit=1>", "\x1b[2J\x07 &lt;b&gt; \u2028 \u202e")

# Contrast by WCAG 2.1 1.4.3, of each kind of text with what it stands on.
CONTRAST = """
(() => {
  const rgb = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = text => {
    const [r, g, b] = rgb(text).map(v => v / 255)
        .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const root = document.querySelector('body') || document.documentElement;
  const paper = light(getComputedStyle(root).backgroundColor);
  const found = {};
  for (const each of document.querySelectorAll('text,h1,li,strong,label,#state,pre,kbd')) {
    const style = getComputedStyle(each);
    const ink = light(each.tagName === 'text' ? style.fill : style.color);
    const ratio = (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
    found[each.tagName + '.' + (each.getAttribute('class') || '')] = ratio;
  }
  return found;
})()
"""

# Texts of the drawing that leave it, that run into the next column, or into one another.
CLIPPED = """
(() => {
  const svg = document.querySelector('svg');
  const width = svg.viewBox.baseVal.width, odd = [];
  const words = Math.min(...[...svg.querySelectorAll('.words')].map(each => each.getBBox().x));
  for (const each of svg.querySelectorAll('text')) {
    const box = each.getBBox(), kind = each.getAttribute('class');
    const edge = kind.startsWith('label') ? words : width;
    if (box.x < 0 || box.x + box.width > edge) odd.push(kind + ': ' + each.textContent);
  }
  const boxes = [...svg.querySelectorAll('.row text')].map(each => [each.getBBox(), each]);
  boxes.forEach(([a, one], i) => {
    for (const [b, other] of boxes.slice(i + 1, i + 12)) {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      if (across > 1 && down > 3) odd.push(one.textContent + ' / ' + other.textContent);
    }
  });
  return odd;
})()
"""


def long_call(path, exchanges=150):
    """A call with that many INFOs, as FreeSWITCH would log it, of which one is never answered."""
    number, text = 0, ""

    def say(sent, head, method, tag):
        nonlocal number, text
        number += 1
        at = f"10:{number // 60:02}:{number % 60:02}.000000"
        from_us = head.startswith("SIP") != sent
        branch = "z9hG4bK" + method.replace(" ", "-")
        text += (f"{'send' if sent else 'recv'} 1 bytes {'to' if sent else 'from'} "
                 f"udp/[192.0.2.7]:5060 at {at}:\n{head}\n"
                 f"Via: SIP/2.0/UDP 192.0.2.{7 if from_us else 8};branch={branch}\n"
                 f"Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=1\n"
                 f"To: <sip:bob@example.com>{tag}\nCall-ID: a-long-call@example.com\n"
                 f"CSeq: {method}\nContent-Length: 0\n\n")

    say(False, "INVITE sip:bob@example.com SIP/2.0", "1 INVITE", "")
    say(True, "SIP/2.0 180 Ringing", "1 INVITE", ";tag=2")
    say(True, "SIP/2.0 200 OK", "1 INVITE", ";tag=2")
    say(False, "ACK sip:bob@192.0.2.8 SIP/2.0", "1 ACK", ";tag=2")
    for i in range(exchanges):
        say(False, "INFO sip:bob@192.0.2.8 SIP/2.0", f"{i + 2} INFO", ";tag=2")
        if i != exchanges // 2:
            say(True, "SIP/2.0 200 OK", f"{i + 2} INFO", ";tag=2")
    say(False, "BYE sip:bob@192.0.2.8 SIP/2.0", f"{exchanges + 2} BYE", ";tag=2")
    say(True, "SIP/2.0 200 OK", f"{exchanges + 2} BYE", ";tag=2")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return number


def check_readable(page, what):
    poor = {kind: round(ratio, 1) for kind, ratio in page.value(CONTRAST).items() if ratio < 4.5}
    peers.check(not poor, f"{what}: too little contrast: {poor}")
    clipped = page.value(CLIPPED)
    peers.check(not clipped, f"{what}: does not fit: {clipped}")
    peers.check(not page.faults(), f"{what}: {page.faults()}")


def reports_read_well(lastcall, folder):
    """Each sample and a run of the simulation, light and dark, wide and narrow."""
    sources = [(name, [replay_test.sample(name)])
               for name in ("clean-call", "crossing-bye", "stuck-call")]
    sources.append(("rapid-bye", ["0", "--scenario", "rapid-bye"]))
    with browser.Browser(folder) as page:
        for name, source in sources:
            path = os.path.join(folder, name + ".html")
            replay_test.run(lastcall, "export", "html", *source, "-o", path)
            papers = set()
            for scheme in ("light", "dark"):
                for width in (1400, 700):
                    page.open(path, width=width, scheme=scheme)
                    page.picture(os.path.join(folder, f"{name}-{scheme}-{width}.png"))
                    check_readable(page, f"{name}, {scheme}, {width}")
                    wide = page.value("document.documentElement.scrollWidth")
                    peers.check(wide <= width, f"{name}: the page is {wide} wide in {width}")
                papers.add(page.value("getComputedStyle(document.body).backgroundColor"))
            peers.check(len(papers) == 2, f"light and dark are both {papers}")


def pictures_read_well(lastcall, folder):
    with browser.Browser(folder) as page:
        for name in ("clean-call", "crossing-bye", "stuck-call"):
            path = os.path.join(folder, name + ".svg")
            replay_test.run(lastcall, "export", "svg", replay_test.sample(name), "-o", path)
            for scheme in ("light", "dark"):
                page.open(path, scheme=scheme)
                page.picture(os.path.join(folder, f"{name}-{scheme}.png"))
                check_readable(page, f"{name}, {scheme}")


def shown(page):
    return page.value("document.getElementById('where').textContent")


def hundreds_of_messages_by_keyboard(lastcall, folder):
    log, path = os.path.join(folder, "long.log"), os.path.join(folder, "long.html")
    count = long_call(log)
    replay_test.run(lastcall, "export", "html", log, "-o", path)
    with browser.Browser(folder) as page:
        page.open(path)
        rows = page.value("document.querySelectorAll('.row').length")
        peers.check(rows >= count > 300, f"{rows} rows of {count} messages")
        check_readable(page, "a long call")
        peers.check(shown(page) == f"{rows} of {rows}", f"it begins at {shown(page)}")
        peers.check(page.value("scrollY") == 0, "it does not begin with its heading")
        for key, where in (("Home", 1), ("ArrowDown", 2), ("j", 3), ("PageDown", 13), ("k", 12),
                           ("ArrowUp", 11), ("PageUp", 1), ("PageUp", 1), ("End", rows),
                           ("ArrowDown", rows)):
            page.press(key)
            peers.check(shown(page) == f"{where} of {rows}", f"{key} leads to {shown(page)}")
        page.press("Home")
        bytes_shown = page.value("document.getElementById('bytes').textContent")
        peers.check("INVITE sip:bob@example.com" in bytes_shown, f"the message: {bytes_shown}")
        for _ in range(20):
            page.press("PageDown")
        box = page.value("(r => [r.top, r.bottom, innerHeight])"
                         "(document.querySelector('.here').getBoundingClientRect())")
        peers.check(box[0] >= 0 and box[1] <= box[2], f"the row that is shown is at {box}")
        aside = page.value("(r => [r.top, r.height, innerHeight])"
                           "(document.querySelector('aside').getBoundingClientRect())")
        peers.check(0 <= aside[0] < aside[2], f"what is told of it is at {aside}")
        page.picture(os.path.join(folder, "long.png"))
        page.value("document.getElementById('position').focus()")
        page.press("ArrowLeft")
        peers.check(shown(page) == f"200 of {rows}", f"the slider leads to {shown(page)}")
        page.value("document.querySelectorAll('.row')[6]"
                   ".dispatchEvent(new MouseEvent('click', {bubbles: true}))")
        peers.check(shown(page) == f"7 of {rows}", f"a click leads to {shown(page)}")


def hostile_calls_stay_words(lastcall, folder):
    """Markup, scripts and control characters wherever a message has room for them."""
    lines = "".join(f"X-{i}: {each}\n" for i, each in enumerate(HOSTILE))
    text = ("recv 1 bytes from udp/[192.0.2.7]:5060 at 10:00:00.000000:\n"
            "INVITE sip:bob@example.com SIP/2.0\n"
            "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\nMax-Forwards: 70\n"
            "From: \"<script>window.hit=1</script>\" <sip:alice@example.com>;tag=1\n"
            "To: <sip:bob@example.com>\n"
            "Call-ID: <script>window.hit=1</script>\nCSeq: 1 INVITE\n" + lines +
            "Content-Length: 0\n\nsend 1 bytes to udp/[192.0.2.7]:5060 at 10:00:01.000000:\n"
            "SIP/2.0 486 </title><script>window.hit=1</script>\n"
            "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\n"
            "From: <sip:alice@example.com>;tag=1\nTo: <sip:bob@example.com>;tag=2\n"
            "Call-ID: <script>window.hit=1</script>\nCSeq: 1 INVITE\nContent-Length: 0\n\n")
    log = os.path.join(folder, "hostile.log")
    with open(log, "w", encoding="utf-8") as file:
        file.write(text)
    with browser.Browser(folder) as page:
        for kind, scripts in (("html", 2), ("svg", 0)):
            path = os.path.join(folder, "hostile." + kind)
            replay_test.run(lastcall, "export", kind, log, "-o", path)
            page.open(path)
            page.picture(os.path.join(folder, f"hostile-{kind}.png"))
            peers.check(not page.faults(), f"{kind}: {page.faults()}")
            peers.check(page.value("window.hit === undefined"), f"{kind}: a script of theirs ran")
            found = page.value("document.querySelectorAll('script').length")
            peers.check(found == scripts, f"{kind}: {found} scripts")
            foreign = page.value("document.querySelectorAll('img,iframe,object,embed,b').length")
            peers.check(foreign == 0, f"{kind}: {foreign} elements of theirs")
            peers.check(page.value("document.querySelectorAll('.row').length") >= 2, kind)
            if kind == "html":
                page.press("Home")
                told = page.value("document.getElementById('bytes').textContent")
                peers.check(HOSTILE[1] in told, f"their words are not shown: {told}")


TESTS = (reports_read_well, pictures_read_well, hundreds_of_messages_by_keyboard,
         hostile_calls_stay_words)

if __name__ == "__main__":
    peers.need("chromium", "chromium")
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
