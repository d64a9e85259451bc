#include "engine/core/admission.hpp"

#include "engine/log/memory_log.hpp"

#include <gtest/gtest.h>

namespace lastcall::core {
namespace {

std::string request(const std::string& method, const std::string& to_tag) {
  return method + " sip:us@127.0.0.1 SIP/2.0\r\n" +
         "Via: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bKadmission\r\n"
         "From: <sip:them@127.0.0.1>;tag=them\r\n"
         "To: <sip:us@127.0.0.1>" +
         (to_tag.empty() ? "" : ";tag=" + to_tag) + "\r\n" + "Call-ID: admission\r\nCSeq: 1 " +
         method +
         "\r\nMax-Forwards: 70\r\n"
         "Contact: <sip:them@127.0.0.1:5071>\r\nContent-Length: 0\r\n\r\n";
}

DatagramReceived datagram(std::string bytes) {
  return {.source = {.host = "127.0.0.1", .port = 5071},
          .local = {.host = "127.0.0.1", .port = 5060},
          .wire = {std::move(bytes)}};
}

class AdmissionTest : public testing::Test {
 protected:
  core::Kernel kernel_{{.seed = 7, .contact = {.host = "127.0.0.1", .port = 5060}}};
};

// Shows UAS-22.
TEST_F(AdmissionTest, RefusesANewInviteStatelesslyWithRetryAfter) {
  const auto refusal = refusal_of_new_call(datagram(request("INVITE", "")), kernel_);
  ASSERT_TRUE(refusal);
  EXPECT_TRUE(refusal->wire.bytes.starts_with("SIP/2.0 503 "));
  EXPECT_NE(refusal->wire.bytes.find("Retry-After: 10\r\n"), std::string::npos);
  EXPECT_EQ(refusal->destination.port, 5071);
  EXPECT_EQ(refusal_of_new_call(datagram(request("INVITE", "")), kernel_), refusal)
      << "a repeat gets the same answer, tag included (RFC 3261 8.2.7)";
}

TEST_F(AdmissionTest, LeavesEverythingElseToTheEngine) {
  for (const char* method : {"BYE", "OPTIONS", "ACK", "CANCEL"}) {
    EXPECT_FALSE(refusal_of_new_call(datagram(request(method, "")), kernel_)) << method;
  }
  EXPECT_FALSE(refusal_of_new_call(datagram(request("INVITE", "ours")), kernel_))
      << "a re-INVITE belongs to a call";
  EXPECT_FALSE(refusal_of_new_call(datagram("INVITE noise"), kernel_));
}

TEST_F(AdmissionTest, LeavesARepeatedInviteOfAKnownCallToTheEngine) {
  log::MemoryLog log;
  core::OldestFirst policy;
  kernel_.deliver(datagram(request("INVITE", "")));
  while (kernel_.step(log, policy, instant_ns(0))) {
  }
  EXPECT_FALSE(refusal_of_new_call(datagram(request("INVITE", "")), kernel_));
}

}  // namespace
}  // namespace lastcall::core
