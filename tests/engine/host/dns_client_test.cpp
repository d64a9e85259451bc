#include "engine/host/dns_client.hpp"

#include "tests/engine/host/loopback.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/udp.hpp>

#include <array>
#include <map>
#include <optional>

namespace lastcall::host {
namespace {

using boost::asio::ip::udp;

constexpr std::uint16_t kA = 1, kAaaa = 28, kSrv = 33, kNaptr = 35;

std::string u16(unsigned value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
}
std::string labels(std::string_view name) {
  std::string bytes;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    bytes.append(1, static_cast<char>(label.size())).append(label);
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return bytes + '\0';
}
std::string text(const std::string& value) {
  return std::string(1, static_cast<char>(value.size())) + value;
}

// A DNS server on loopback that knows some records, and says of all others that they do not exist.
class DnsServer {
 public:
  explicit DnsServer(boost::asio::io_context& io)
      : socket_(io, udp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}) {
    receive();
  }
  void add(const std::string& name, std::uint16_t type, const std::string& data) {
    records_[{labels(name), type}].push_back(data);
  }
  [[nodiscard]] std::string address() const {
    return to_text(endpoint_of(socket_.local_endpoint()));
  }
  int asked = 0;

 private:
  void receive() {
    socket_.async_receive_from(boost::asio::buffer(buffer_), from_,
                               [this](const boost::system::error_code& error, std::size_t size) {
                                 if (error) return;
                                 ++asked;
                                 socket_.send_to(
                                     boost::asio::buffer(answer({buffer_.data(), size})), from_);
                                 receive();
                               });
  }
  // RFC 1035 4.1: the question back, and the records that fit it.
  std::string answer(std::string_view query) {
    constexpr std::size_t kHeader = 12;
    const std::size_t name_size = query.find('\0', kHeader) + 1 - kHeader;
    const std::string name{query.substr(kHeader, name_size)};
    const std::string question{query.substr(kHeader, name_size + 4)};
    const auto type = static_cast<std::uint16_t>(question[name_size + 1]);
    const auto it = records_.find({name, type});
    const bool known = it != records_.end();
    const bool exists =
        known || records_.lower_bound({name, 0}) != records_.upper_bound({name, 99});
    std::string bytes{query.substr(0, 2)};
    bytes += u16(0x8580U | (exists ? 0U : 3U)) + u16(1) +
             u16(known ? static_cast<unsigned>(it->second.size()) : 0) + u16(0) + u16(0) + question;
    if (!known) return bytes;
    for (const std::string& data : it->second) {
      bytes += name + u16(type) + u16(1) + u16(0) + u16(300) +
               u16(static_cast<unsigned>(data.size())) + data;
    }
    return bytes;
  }
  udp::socket socket_;
  udp::endpoint from_;
  std::array<char, 1500> buffer_{};
  std::map<std::pair<std::string, std::uint16_t>, std::vector<std::string>> records_;
};

class DnsClientTest : public testing::Test {
 protected:
  Answer ask(RecordType type, const std::string& name) {
    std::optional<Answer> got;
    client.ask({type, name}, [&](const Answer& answer) { got = answer; });
    EXPECT_TRUE(until(io, [&] { return got.has_value(); }));
    return got.value_or(Answer{});
  }
  boost::asio::io_context io;
  DnsServer server{io};
  DnsClient client{io, server.address()};
};

TEST_F(DnsClientTest, ReadsRecordsAndHowLongTheyHold) {
  server.add(
      "example.com", kNaptr,
      u16(50) + u16(60) + text("s") + text("SIP+D2T") + text("") + labels("_sip._tcp.example.com"));
  server.add("_sip._tcp.example.com", kSrv, u16(1) + u16(2) + u16(5070) + labels("a.example.com"));
  server.add("a.example.com", kA, std::string{"\xC0\x00\x02\x01", 4});
  server.add("a.example.com", kAaaa,
             std::string{"\x20\x01\x0d\xb8"} + std::string(11, '\0') + '\1');

  const Answer naptr = ask(RecordType::kNaptr, "example.com");
  ASSERT_EQ(naptr.naptrs.size(), 1U);
  EXPECT_EQ(naptr.naptrs[0].order, 50);
  EXPECT_EQ(naptr.naptrs[0].preference, 60);
  EXPECT_EQ(naptr.naptrs[0].flags, "s");
  EXPECT_EQ(naptr.naptrs[0].service, "SIP+D2T");
  EXPECT_EQ(naptr.naptrs[0].replacement, "_sip._tcp.example.com");
  EXPECT_EQ(naptr.ttl, std::chrono::seconds{300});

  const Answer srv = ask(RecordType::kSrv, "_sip._tcp.example.com");
  ASSERT_EQ(srv.srvs.size(), 1U);
  EXPECT_EQ(srv.srvs[0].priority, 1);
  EXPECT_EQ(srv.srvs[0].weight, 2);
  EXPECT_EQ(srv.srvs[0].port, 5070);
  EXPECT_EQ(srv.srvs[0].target, "a.example.com");
  EXPECT_EQ(srv.ttl, std::chrono::seconds{300});

  Answer addresses = ask(RecordType::kAddress, "a.example.com");
  std::ranges::sort(addresses.addresses);
  EXPECT_EQ(addresses.addresses, (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
  EXPECT_EQ(addresses.ttl, std::chrono::seconds{300});
}

TEST_F(DnsClientTest, TellsNothingThereFromNobodyAnswers) {
  const Answer nothing = ask(RecordType::kSrv, "_sip._udp.example.com");
  EXPECT_FALSE(nothing.failed);
  EXPECT_TRUE(nothing.srvs.empty());
  server.add("example.com", kA, std::string{"\xC0\x00\x02\x01", 4});
  EXPECT_FALSE(ask(RecordType::kNaptr, "example.com").failed) << "the name has other records";
  // The answer is no record: too short.
  server.add("broken.example", kSrv, "x");
  EXPECT_TRUE(ask(RecordType::kSrv, "broken.example").failed);
}

TEST_F(DnsClientTest, GivesUpOnAServerThatIsSilent) {
  const udp::socket mute{io, udp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
  DnsClient impatient{io, to_text(endpoint_of(mute.local_endpoint()))};
  std::optional<Answer> got;
  impatient.ask({RecordType::kSrv, "example.com"}, [&](const Answer& answer) { got = answer; });
  ASSERT_TRUE(until(io, [&] { return got.has_value(); }));
  EXPECT_TRUE(got->failed);
}

TEST_F(DnsClientTest, KnowsTheNamesOfThisMachine) {
  const Answer answer = ask(RecordType::kAddress, "localhost");
  EXPECT_FALSE(answer.addresses.empty());
  EXPECT_EQ(server.asked, 0);
}

// Shows TRN-16.
TEST_F(DnsClientTest, LeadsAUriToItsTargets) {
  server.add(
      "example.com", kNaptr,
      u16(50) + u16(60) + text("s") + text("SIP+D2T") + text("") + labels("_sip._tcp.example.com"));
  server.add("_sip._tcp.example.com", kSrv, u16(1) + u16(2) + u16(5070) + labels("a.example.com"));
  server.add("a.example.com", kA, std::string{"\xC0\x00\x02\x01", 4});
  Resolver resolver{[this](const Question& question, Resolver::Answered answered) {
                      client.ask(question, std::move(answered));
                    },
                    {.draw = [](std::uint32_t) { return 0U; }}};
  std::vector<Resolver::Targets> found;
  const auto keep = [&](Resolver::Targets targets) { found.push_back(std::move(targets)); };
  resolver.resolve("sip:bob@example.com", keep);
  ASSERT_TRUE(until(io, [&] { return found.size() == 1; }));
  EXPECT_EQ(found[0], (Resolver::Targets{{"192.0.2.1", 5070, Transport::kTcp}}));
  const int asked = server.asked;
  resolver.resolve("sip:carol@example.com", keep);
  ASSERT_EQ(found.size(), 2U) << "from memory";
  EXPECT_EQ(server.asked, asked);
}

}  // namespace
}  // namespace lastcall::host
