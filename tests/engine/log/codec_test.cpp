#include "engine/log/codec.hpp"

#include "tests/engine/log/arbitrary.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/json.hpp>

#include <set>
#include <string>

namespace lastcall::log {
namespace {

using namespace std::string_literals;

Encoded encoded(const Event& event) {
  Encoded out;
  encode(event, out);
  return out;
}

// The error of decoding `data` as a CallTerminating, as "where: sentence".
std::string refusal(std::string_view data) {
  const auto event = decode("Session", "CallTerminating", data, std::nullopt);
  return event ? "accepted" : event.error().where + ": " + event.error().sentence;
}

TEST(Codec, EveryEventOfEveryTypeComesBackAsItWas) {
  for_each_event_type([]<class Fact>() {
    const bool good = rc::check(std::string{Fact::kName} + " comes back", [] {
      const Event event = event_of(Arbitrary{}.any<Fact>());
      const Encoded columns = encoded(event);
      const auto back = decode(columns.layer, columns.type, columns.data, columns.wire);
      RC_ASSERT(back.has_value());
      RC_ASSERT(*back == event);
    });
    EXPECT_TRUE(good) << Fact::kName;
  });
}

TEST(Codec, JsonIsValidUtf8WithMembersInDeclaredOrder) {
  for_each_event_type([]<class Fact>() {
    const bool good = rc::check(std::string{Fact::kName} + " is JSON", [] {
      const Fact fact = Arbitrary{}.any<Fact>();
      const auto json = boost::json::parse(encoded(event_of(fact)).data);
      auto member = json.as_object().begin();
      for_each_field(fact, [&](std::string_view name, const auto&) {
        if (member != json.as_object().end() && member->key() == name) ++member;
      });
      RC_ASSERT(member == json.as_object().end());
    });
    EXPECT_TRUE(good) << Fact::kName;
  });
}

TEST(Codec, ColumnsSayLayerTypeAndCall) {
  const Encoded columns = encoded(event_of(CallRinging{.call = {42}}));
  EXPECT_EQ(columns.layer, "Session");
  EXPECT_EQ(columns.type, "CallRinging");
  EXPECT_EQ(columns.call, CallId{42});
  EXPECT_EQ(columns.wire, std::nullopt);
}

TEST(Codec, AnEndingReadsLikeASentence) {
  const CallTerminating ending{.call = {0xABC},
                               .cause = Cause::kRemoteBye,
                               .status = 200,
                               .required = {CleanupLayer::kClient, CleanupLayer::kMedia},
                               .deadline = instant_ns(5'000'000'000)};
  EXPECT_EQ(encoded(event_of(ending)).data,
            R"({"call":"0000000000000abc","cause":"remote-bye","status":200,)"
            R"("required":["Media","Client"],"deadline":5000000000,"reason":""})");
}

TEST(Codec, RawBytesStandBesideTheJson) {
  const Event event = event_of(DatagramReceived{.source = {}, .local = {}, .wire = {"a\0b"s}});
  const Encoded columns = encoded(event);
  EXPECT_EQ(columns.wire, "a\0b"s);
  EXPECT_EQ(columns.data, R"({"source":{"host":"","port":0,"transport":"udp"},)"
                          R"("local":{"host":"","port":0,"transport":"udp"}})");
}

TEST(Codec, BytesOutsideUtf8AreNamedByTheirValue) {
  const Event event =
      event_of(CommandGiven{.command = {}, .call = {}, .target = "\xff\xc3\xa9\x01"});
  EXPECT_NE(encoded(event).data.find(R"("target":"\uefff)"
                                     "\xc3\xa9"
                                     R"(\u0001")"),
            std::string::npos);
}

TEST(Codec, AbsentOptionalsAreLeftOutAndNullIsReadAsAbsent) {
  const Event event = event_of(ProvisionalReceived{
      .transaction = {1}, .call = {2}, .status = 180, .resend_at = std::nullopt});
  EXPECT_EQ(encoded(event).data.find("resend_at"), std::string::npos);
  const auto back = decode("Transaction", "ProvisionalReceived",
                           R"({"transaction":"0000000000000001","call":"0000000000000002",)"
                           R"("status":180,"resend_at":null})",
                           std::nullopt);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, event);
}

TEST(Codec, RefusalsNameThePlaceAndWhatWasExpected) {
  EXPECT_EQ(refusal(R"({"call":)"), "byte 8: no JSON: incomplete JSON");
  EXPECT_EQ(refusal("[]"), "CallTerminating: expected an object");
  EXPECT_EQ(refusal(R"({"call":1})"), "CallTerminating.call: expected an id of 16 hex digits");
  EXPECT_EQ(refusal(R"({"call":"0000000000000001"})"), "CallTerminating.cause: is missing");
  const auto with = [](std::string_view status, std::string_view required, std::string_view more) {
    return R"({"call":"0000000000000001","cause":"remote-bye","status":)" + std::string{status} +
           R"(,"required":)" + std::string{required} + R"(,"deadline":5,"reason":"")" +
           std::string{more} + "}";
  };
  EXPECT_EQ(refusal(with("0", "[]", "")), "accepted");
  EXPECT_EQ(refusal(with("2.0", "[]", "")), "CallTerminating.status: expected an integer");
  EXPECT_EQ(refusal(with("3000000000", "[]", "")),
            "CallTerminating.status: expected an integer from -2147483648 to 2147483647");
  EXPECT_EQ(refusal(with("0", R"(["Media","Oven"])", "")),
            "CallTerminating.required[1]: expected one of Dialog, Media, Client");
  EXPECT_EQ(refusal(with("0", "[]", R"(,"colour":1)")), "CallTerminating.colour: is unknown");
}

TEST(Codec, UnknownTypesAndStrayBytesAreRefused) {
  EXPECT_EQ(decode("Session", "CallVanished", "{}", std::nullopt).error().where,
            "Session/CallVanished");
  EXPECT_EQ(decode("Media", "CallRinging", "{}", std::nullopt).error().where, "Media/CallRinging");
  EXPECT_EQ(
      decode("Session", "CallRinging", R"({"call":"0000000000000001"})", "x").error().sentence,
      "has raw bytes beside it");
}

}  // namespace
}  // namespace lastcall::log
