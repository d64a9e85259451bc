#include "engine/sip/framer.hpp"

#include "engine/base/match.hpp"
#include "engine/model/limits.hpp"
#include "engine/sip/write.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lastcall::sip {
namespace {

const std::string kOptions = with(with(kInvite, "314159 INVITE", "7 OPTIONS"), "INVITE", "OPTIONS");
const std::string kBody = std::string{"a\0\r\n\r\nINVITE sip:x SIP/2.0\r\n\r\n", 30};

std::string with_body(const std::string& body) {
  return with(kInvite, "Content-Length: 0", "L :\r\n\t" + std::to_string(body.size())) + body;
}

// Everything that comes out, as text: "ping", the message, "fault 400 sentence|head".
void drain(Framer& framer, std::vector<std::string>& found) {
  while (true) {
    const Framed framed = framer.next();
    if (std::holds_alternative<NeedMore>(framed)) return;
    found.push_back(match(
        framed, [](const NeedMore&) { return std::string{}; },
        [](const KeepAlivePing&) { return std::string{"ping"}; },
        [](const MessageBytes& message) { return message.bytes; },
        [](const FramingFault& fault) {
          return "fault " + std::to_string(fault.status) + " " + fault.sentence + "|" + fault.head;
        }));
  }
}

std::vector<std::string> framed(const std::vector<std::string>& pieces) {
  Framer framer;
  std::vector<std::string> found;
  for (const std::string& piece : pieces) {
    framer.push(piece);
    drain(framer, found);
  }
  return found;
}

// The one fault of a stream.
std::string fault_of(const std::string& stream) {
  const std::vector<std::string> found = framed({stream});
  return found.size() == 1 ? found[0].substr(0, found[0].find('|')) : "not one fault";
}

// Shows TRN-05.
TEST(Framer, CutsStrictlyByContentLength) {
  EXPECT_EQ(framed({with_body(kBody) + kOptions + with_body("")}),
            (std::vector<std::string>{with_body(kBody), kOptions, with_body("")}));
  Framer framer;
  framer.push(with_body("12345").substr(0, with_body("12345").size() - 1));
  EXPECT_TRUE(std::holds_alternative<NeedMore>(framer.next()));
  EXPECT_TRUE(framer.has_partial());
  framer.push("5");
  EXPECT_TRUE(std::holds_alternative<MessageBytes>(framer.next()));
  EXPECT_FALSE(framer.has_partial());
}

// Shows TRN-05.
TEST(Framer, ALengthThatCannotBeTrustedIsAFaultWithTheRequestToAnswer) {
  const auto lengths = [](const std::string& lines) {
    return with(kInvite, "Content-Length: 0\r\n", lines);
  };
  EXPECT_EQ(fault_of(lengths("")), "fault 400 A message on a stream needs a Content-Length.");
  for (const char* value : {"-999", "five", "", "1 1", "1,1", "0x5", "99999999999999999999"}) {
    EXPECT_EQ(fault_of(lengths("l: " + std::string{value} + "\r\n")),
              "fault 400 Content-Length is no length.")
        << value;
  }
  EXPECT_EQ(fault_of(lengths("Content-Length: 13\r\nX: y\r\nContent-Length: 5\r\n")),
            "fault 400 Two Content-Lengths differ.");
  EXPECT_EQ(framed({lengths("Content-Length: 0\r\nl: 00\r\n")}).size(), 1U);

  Framer framer;
  framer.push(lengths("l: five\r\n") + kOptions);
  const Framed fault = framer.next();
  ASSERT_TRUE(std::holds_alternative<FramingFault>(fault));
  const MessageError error = refused(std::get<FramingFault>(fault).head);
  ASSERT_TRUE(error.request);
  EXPECT_EQ(error.request->call_id(), parsed(kInvite).call_id());
  EXPECT_EQ(parsed(framed({lengths("")})[0].substr(fault_of(lengths("")).size() + 1)).call_id(),
            parsed(kInvite).call_id());
  framer.push(kOptions);
  EXPECT_TRUE(std::holds_alternative<NeedMore>(framer.next())) << "nothing behind a fault";
  EXPECT_FALSE(framer.has_partial());
}

// Shows TRN-06.
TEST(Framer, LineEndsInFrontOfAStartLineAreSkipped) {
  EXPECT_EQ(framed({"\r\n" + kInvite + "\r\n" + kOptions}),
            (std::vector<std::string>{kInvite, kOptions}));
  EXPECT_EQ(framed({"\n\r\r\n\n" + kInvite}), std::vector<std::string>{kInvite});
  EXPECT_EQ(framed({"\r\n\r\n" + kInvite}), (std::vector<std::string>{"ping", kInvite}));
}

TEST(Framer, ADoubleCrlfIsAPing) {
  EXPECT_EQ(framed({"\r\n\r\n"}), std::vector<std::string>{"ping"});
  EXPECT_EQ(framed({"\r", "\n\r", "\n"}), std::vector<std::string>{"ping"});
  EXPECT_EQ(framed({kInvite + "\r\n\r\n\r\n\r\n" + kOptions}),
            (std::vector<std::string>{kInvite, "ping", "ping", kOptions}));
  EXPECT_TRUE(framed({"\r\n"}).empty()) << "a pong";
}

TEST(Framer, BareLineFeedsEndLinesAsTheyDoForTheParser) {
  std::string text = kInvite;
  std::erase(text, '\r');
  EXPECT_EQ(framed({text + kOptions}), (std::vector<std::string>{text, kOptions}));
}

// Shows SEC-01, TRN-08.
TEST(Framer, NothingGrowsAboveItsLimit) {
  const std::string head = with(kInvite, "Content-Length: 0\r\n\r\n", "X: ");
  const std::string tail = "\r\nContent-Length: 0\r\n\r\n";
  const std::string fill(limits::kStreamHeadBytesMax - head.size() - tail.size(), 'x');
  EXPECT_EQ(framed({head + fill + tail}), std::vector<std::string>{head + fill + tail});
  EXPECT_EQ(fault_of(head + fill + "x" + tail), "fault 513 The headers are too long.");
  EXPECT_EQ(fault_of(head + fill + fill + fill), "fault 513 The headers are too long.");
  EXPECT_EQ(fault_of(std::string(limits::kStreamHeadBytesMax + 1, 'x')),
            "fault 513 The headers are too long.");

  const auto of_size = [](std::size_t size) {
    std::string text = with(kInvite, "Content-Length: 0", "Content-Length: 00000");
    const std::string length = std::to_string(size - text.size());
    return with(text, std::string(length.size(), '0') + "\r\n\r\n", length + "\r\n\r\n") +
           std::string(size - text.size(), 'b');
  };
  EXPECT_EQ(framed({of_size(limits::kMessageBytesMax)}).at(0).size(), limits::kMessageBytesMax);
  EXPECT_EQ(fault_of(of_size(limits::kMessageBytesMax + 1)), "fault 513 The message is too long.");
  EXPECT_EQ(fault_of(with(kInvite, "Length: 0", "Length: 65536")),
            "fault 513 The body is too long.");
}

TEST(Framer, AFaultOfALimitStillSaysWhomToAnswer) {
  const std::string head = with(kInvite, "Content-Length: 0\r\n\r\n", "X: ");
  Framer framer;
  framer.push(head + std::string(limits::kStreamHeadBytesMax, 'x'));
  const Framed fault = framer.next();
  ASSERT_TRUE(std::holds_alternative<FramingFault>(fault));
  EXPECT_TRUE(refused(std::get<FramingFault>(fault).head).request);
}

// Shows TRN-07.
TEST(Framer, EveryCutOfAStreamGivesTheSame) {
  const std::string stream = "\r\n" + with_body(kBody) + "\r\n\r\n" + kOptions + "\r\n\r\n\r\n" +
                             with_body("x") + with(kInvite, "Length: 0", "Length: x");
  const std::vector<std::string> whole = framed({stream});
  ASSERT_EQ(whole.size(), 6U);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(framed({stream.substr(0, cut), stream.substr(cut)}), whole) << cut;
  }
  std::vector<std::string> letters;
  for (const char c : stream) letters.emplace_back(1, c);
  EXPECT_EQ(framed(letters), whole);
}

std::string draw_stream() {
  std::string stream;
  const int count = *rc::gen::inRange(0, 8);
  for (int i = 0; i < count; ++i) {
    stream += *rc::gen::oneOf(
        rc::gen::element<std::string>("\r\n", "\r\n\r\n", "\n", "\r", kOptions, kInvite, "x\n\n"),
        rc::gen::map(rc::gen::container<std::string>(rc::gen::elementOf(std::string{"\r\n ab"})),
                     with_body));
  }
  return stream;
}

// Shows TRN-07.
TEST(Framer, EverySplitOfAnyStreamGivesTheSame) {
  ASSERT_TRUE(rc::check([] {
    const std::string stream = draw_stream();
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = *rc::gen::inRange<std::size_t>(1, 40);
      pieces.push_back(stream.substr(at, size));
      at += size;
    }
    RC_ASSERT(framed(pieces) == framed({stream}));
  }));
}

TEST(Framer, WhatItCutsIsWhatTheParserReads) {
  ASSERT_TRUE(rc::check([] {
    std::string text = with_body(*rc::gen::arbitrary<std::string>());
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const std::string odd =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"\r\n :l0123456789\t"}));
    text.insert(at, odd);
    for (const std::string& each : framed({text})) {
      if (each == "ping" || each.starts_with("fault")) continue;
      const auto message = parse(each);
      if (message) RC_ASSERT(message->bytes().size() == each.size());
    }
  }));
}

}  // namespace
}  // namespace lastcall::sip
