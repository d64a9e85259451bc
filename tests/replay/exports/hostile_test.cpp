// Whatever a message holds, what is made of it holds only our own markup, and nothing that a
// terminal would obey.

#include "replay/exports/bundle.hpp"
#include "replay/exports/captured_report.hpp"
#include "replay/exports/sipp.hpp"
#include "replay/wire/ladder.hpp"
#include "tests/replay/exports/markup_reader.hpp"
#include "tests/replay/wire/scripted.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lastcall::replay::exports {
namespace {

using wire::Scripted;

// Pieces of attacks, put together at random. No line ends: those a parser would see.
rc::Gen<std::string> evil_text() {
  const auto piece = rc::gen::element<std::string>(
      "<script>", "</script>", "</text>", "</style>", "<img src=x onerror=alert(1)>", "\"", "'",
      "-->", "]]>", "<!--", "&lt;", "&#x3c;", "\x1b[2J", "\x07", "\x08", "\x7f", "\xc2\x9b",
      "\xe2\x80\xa8", "\xff", "\\u003c", "javascript:", "${x}", "[call_id]", "a", " ");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
    std::string text;
    for (const std::string& each : pieces) text += each;
    return text;
  });
}

// Whether a parser lets a message with this header and body pass.
bool is_acceptable(const std::string& subject, const std::string& body) {
  return sip::parse(
             "OPTIONS sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
             "Max-Forwards: 70\r\nFrom: <sip:a@c>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: c\r\n"
             "CSeq: 1 OPTIONS\r\nSubject: " +
             subject + "\r\n\r\n" + body)
      .has_value();
}

// A call that breaks a rule, so that findings are written too.
wire::Call call_with(const std::string& subject, const std::string& body) {
  if (!is_acceptable(subject, body)) return {};
  Scripted script;
  script.alice(0, "INVITE", 1,
               {.to_tag = "", .lines = "Subject: " + subject + "\r\n", .body = body});
  script.bob(500, "200 to INVITE", 1, {.lines = "Server: " + subject + "\r\n"});
  script.bob(1'000, "200 to INVITE", 1, {.lines = "Server: " + subject + "\r\n"});
  auto calls = script.take().calls;
  return calls.empty() ? wire::Call{} : std::move(calls.front());
}

bool is_calm(const std::string& text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\n' || (byte >= 0x20 && byte != 0x7f);
  });
}

RC_GTEST_PROP(Hostile, NoDocumentHoldsForeignMarkup, ()) {
  const wire::Call call = call_with(*evil_text(), *evil_text());
  if (call.messages.empty()) return;  // no parser accepts it
  const wire::Findings findings = wire::judge(call, {100'000'000'000});
  RC_ASSERT(!findings.empty());
  const JudgedCall judged{call, findings};
  const std::string html = to_html(report_of(judged));
  MarkupReader report{html};
  RC_ASSERT(report.fault() == "");
  RC_ASSERT(report.scripts() == 2U);
  const std::string svg = to_svg(wire::ladder_of(call, findings));
  MarkupReader picture{svg};
  RC_ASSERT(picture.fault() == "");
  RC_ASSERT(picture.scripts() == 0U);
  const std::string junit = to_junit("suite", std::vector<JudgedCall>{judged});
  RC_ASSERT(MarkupReader{junit}.fault() == "");
}

RC_GTEST_PROP(Hostile, NoTextCommandsATerminal, ()) {
  const wire::Call call = call_with(*evil_text(), *evil_text());
  if (call.messages.empty()) return;
  const wire::Findings findings = wire::judge(call, {100'000'000'000});
  const Ladder ladder = wire::ladder_of(call, findings);
  RC_ASSERT(is_calm(draw(ladder, {})));
  RC_ASSERT(is_calm(to_mermaid(ladder)));
  RC_ASSERT(is_calm(to_json({call, findings})));
  const auto pair = to_sipp(call);
  RC_ASSERT(pair.has_value());
  RC_ASSERT(is_calm(pair->caller) && is_calm(pair->callee));
}

TEST(MarkupReader, SeesWhatIsNotOurs) {
  EXPECT_EQ(MarkupReader{"<p>a &lt;b&gt;</p>"}.fault(), "");
  EXPECT_EQ(MarkupReader{"<b>"}.fault(), "the element 'b'");
  EXPECT_EQ(MarkupReader{"<p onclick=\"x\">"}.fault(), "in a tag: p onclick=\"x\"");
  EXPECT_EQ(MarkupReader{"<p title=\"\">\">"}.fault(), "a loose >");
  EXPECT_EQ(MarkupReader{"\x1b"}.fault(), "a control code");
}

TEST(Bundle, HoldsItsFilesAsTarReadsThem) {
  const std::vector<BundledFile> files{{"one.txt", "first"}, {"two.bin", std::string(513, '\0')}};
  const std::string tar = to_tar(files);
  EXPECT_EQ(tar.size(), (1U + 1U + 1U + 2U + 2U) * 512U);
  EXPECT_EQ(tar.substr(0, 8), std::string("one.txt\0", 8));
  EXPECT_EQ(tar.substr(124, 11), "00000000005");
  EXPECT_EQ(tar.substr(257, 5), "ustar");
  EXPECT_EQ(tar.substr(512, 5), "first");
  EXPECT_EQ(tar.substr(1024 + 124, 11), "00000001001");
}

}  // namespace
}  // namespace lastcall::replay::exports
