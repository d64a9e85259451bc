// The torture messages of RFC 4475 and RFC 5118, one test each and more than one way.

#include "engine/log/codec.hpp"
#include "engine/sip/framer.hpp"
#include "engine/sip/parse.hpp"
#include "tests/torture/facts.hpp"
#include "tests/torture/fixture.hpp"
#include "tests/torture/live_call.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lastcall::torture {
namespace {

const std::vector<Fixture>& messages() {
  static const std::vector<Fixture> kAll = load_all(TORTURE_MESSAGES);
  return kAll;
}

std::string verdict_of(const std::string& bytes) {
  const auto message = sip::parse(bytes);
  if (message) return "ok";
  return message.error().status == 0 ? "drop" : std::to_string(message.error().status);
}

// The message behind the status line "SIP/2.0 405 ...", or "none".
std::string statuses_of(const std::vector<std::string>& sent) {
  if (sent.empty()) return "none";
  std::string all;
  for (const std::string& each : sent) all += (all.empty() ? "" : " ") + each.substr(8, 3);
  return all;
}

bool carries(const std::string& answer, const std::string& name, const std::string& value) {
  const auto message = sip::parse(answer);
  if (!message) return false;
  for (std::size_t i = 0; i < message->header_count(); ++i) {
    const HeaderView line = message->header_at(i);
    if (same_ignoring_case(line.name, name) && line.value.starts_with(value)) return true;
  }
  return false;
}

class Torture : public ::testing::TestWithParam<Fixture> {};

// Shows MSG-01, MSG-02, MSG-03, MSG-06, MSG-07, MSG-09, MSG-12, MSG-13, MSG-17.
TEST_P(Torture, IsReadAsItsRfcSays) {
  const Fixture& given = GetParam();
  EXPECT_EQ(given.bytes.size(), given.size);
  EXPECT_EQ(verdict_of(given.bytes), given.parse);
  const auto message = sip::parse(given.bytes);
  for (const auto& [name, value] : given.expect) {
    ASSERT_TRUE(message) << message.error().sentence;
    EXPECT_EQ(fact_of(*message, name), value) << name;
  }
}

// Shows UAS-05, UAS-06, UAS-15, UAS-21, UAS-24, DLG-03, DLG-14, UAS-01.
TEST_P(Torture, IsAnsweredAsAUserAgentDoes) {
  const Fixture& given = GetParam();
  Callee callee;
  const std::vector<std::string> sent = callee.receive(given.bytes);
  EXPECT_EQ(statuses_of(sent), given.answer);
  for (const auto& [name, value] : given.carries) {
    ASSERT_FALSE(sent.empty());
    EXPECT_TRUE(carries(sent.back(), name, value)) << name << ": " << value << "\n" << sent.back();
  }
}

TEST_P(Torture, LeavesACallAloneThatIsUp) {
  const Fixture& given = GetParam();
  Callee callee = with_live_call();
  const CallId call = callee.call();
  const CallView before = callee.view(call);
  EXPECT_EQ(before.session.state, CallState::kConnected);
  EXPECT_EQ(statuses_of(callee.receive(given.bytes)), given.answer);
  EXPECT_TRUE(callee.view(call) == before);
}

// Whatever a terminal could act upon, or take for the end of a text, is escaped; nothing is lost.
// Shows SEC-05.
TEST_P(Torture, IsLoggedWithoutControlCharactersAndReadBack) {
  Callee callee = with_live_call();
  (void)callee.receive(GetParam().bytes);
  for (const Record& record : callee.log().records()) {
    log::Encoded encoded;
    log::encode(record.event, encoded);
    for (const char c : encoded.data) {
      EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << encoded.data;
    }
    const auto again = log::decode(encoded.layer, encoded.type, encoded.data, encoded.wire);
    ASSERT_TRUE(again) << again.error().where;
    EXPECT_EQ(*again, record.event);
  }
}

// Shows UAS-01.
TEST_P(Torture, IsToldWhatIsWrongWithIt_21_4_1) {
  const auto message = sip::parse(GetParam().bytes);
  Callee callee;
  const std::vector<std::string> sent = callee.receive(GetParam().bytes);
  if (message || sent.empty()) return;
  const std::string start = sent.front().substr(0, sent.front().find("\r\n"));
  EXPECT_NE(start.find(message.error().sentence), std::string::npos) << start;
}

TEST_P(Torture, IsRepeatedToTheSameAnswer) {
  const Fixture& given = GetParam();
  Callee callee;
  (void)callee.receive(given.bytes);
  EXPECT_EQ(statuses_of(callee.receive(given.bytes)), given.answer);
}

// From how many of its bytes on a beginning of the message may be taken for the whole: all of them
// if it has a length, its head if it has none.
std::size_t whole_size(const std::string& bytes) {
  const auto message = sip::parse(bytes);
  if (!message) return std::string::npos;
  return message->header(Header::kContentLength) ? message->bytes().size()
                                                 : bytes.find("\r\n\r\n") + 4;
}

TEST_P(Torture, IsNeverTakenForWholeWhenItIsCutOff) {
  const std::string& bytes = GetParam().bytes;
  const std::size_t whole = whole_size(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto message = sip::parse(bytes.substr(0, size));
    EXPECT_EQ(message.has_value(), size >= whole) << size;
    if (!message) {
      EXPECT_LE(message.error().position, size);
    }
  }
}

// What a stream of these bytes, arriving in pieces of this size, is cut into: the sizes of the
// messages, and 0 for the fault that ends it.
std::vector<std::size_t> framed(const std::string& stream, std::size_t piece) {
  sip::Framer framer;
  std::vector<std::size_t> sizes;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    framer.push(std::string_view{stream}.substr(at, piece));
    while (true) {
      const sip::Framed next = framer.next();
      if (std::holds_alternative<sip::NeedMore>(next)) break;
      if (const auto* message = std::get_if<sip::MessageBytes>(&next)) {
        sizes.push_back(message->bytes.size());
      }
      if (!std::holds_alternative<sip::FramingFault>(next)) continue;
      sizes.push_back(0);
      return sizes;
    }
  }
  return sizes;
}

// Behind a good message on a stream: the good one is whole, and all that follows is the same in
// pieces of one byte. A message with a length, and only such a one, is whole as well.
TEST_P(Torture, IsCutOutOfAStreamTheSameWayHoweverItArrives) {
  const std::string& bytes = GetParam().bytes;
  const std::string first = friend_request("OPTIONS", "", "body");
  const std::vector<std::size_t> sizes = framed(first + bytes, first.size() + bytes.size());
  ASSERT_FALSE(sizes.empty());
  EXPECT_EQ(sizes.front(), first.size());
  EXPECT_EQ(framed(first + bytes, 1), sizes);
  const auto message = sip::parse(bytes);
  if (!message) return;
  ASSERT_GE(sizes.size(), 2U);
  const bool has_length = message->header(Header::kContentLength).has_value();
  EXPECT_EQ(sizes[1], has_length ? message->bytes().size() : 0U);
}

TEST(TortureSet, IsWhole) { EXPECT_EQ(messages().size(), 62U); }

// The archive that is published with the RFCs, where it is at hand, gets the same verdicts. What is
// wrong with its files is put right first: RFC 5118's have bare LF line ends and wrong lengths, and
// some lack their last line.
std::string repaired(const Fixture& ours, std::string archived) {
  if (archived.find('\r') == std::string::npos) {
    std::string crlf;
    for (const char c : archived) crlf += c == '\n' ? std::string{"\r\n"} : std::string{c};
    archived = crlf;
  }
  if (archived.find("\r\n\r\n") == std::string::npos) archived += "\r\n";
  if (ours.rfc.find("corrected") == std::string::npos) return archived;
  const std::size_t begin = archived.find("Content-Length: ") + 16;
  const std::size_t body = archived.find("\r\n\r\n") + 4;
  return archived.replace(begin, archived.find('\r', begin) - begin,
                          std::to_string(archived.size() - body));
}

// The file of this message in the archive; nothing if it cannot be read.
std::optional<std::string> archived_copy(const std::filesystem::path& folder, const Fixture& ours) {
  std::filesystem::path path = folder / "rfc4475" / (ours.name + ".dat");
  if (!std::filesystem::exists(path)) path = folder / "rfc5118" / ours.name;
  std::ifstream file{path, std::ios::binary};
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

TEST(TortureArchive, HoldsTheSameMessages) {
  const char* named = std::getenv("LASTCALL_TORTURE");
  const std::filesystem::path folder{named == nullptr ? TORTURE_ARCHIVE : named};
  if (folder.empty()) GTEST_SKIP() << "LASTCALL_TORTURE names no folder with the archive.";
  for (const Fixture& ours : messages()) {
    const auto archived = archived_copy(folder, ours);
    ASSERT_TRUE(archived) << ours.name << " is not in " << folder;
    const std::string bytes = repaired(ours, *archived);
    if (ours.name != "test") {  // which no RFC defines: ours only has the same faults
      EXPECT_EQ(bytes, ours.bytes);
    }
    EXPECT_EQ(verdict_of(bytes), ours.parse) << ours.name;
    EXPECT_EQ(statuses_of(Callee{}.receive(bytes)), ours.answer) << ours.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Rfc, Torture, ::testing::ValuesIn(messages()), [](const auto& given) {
  std::string name = given.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace lastcall::torture
