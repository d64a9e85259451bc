// Where peers reach us, by each transport: the Via and the Contact of our messages.

#include "engine/core/addresses.hpp"

#include "tests/engine/core/given.hpp"
#include "tests/engine/core/messages.hpp"

namespace lastcall::core {
namespace {

Config all_transports() {
  Config config = test_config();
  config.tls_contact = {"192.0.2.1", 5061, Transport::kTls};
  config.ws_contact = {"192.0.2.1", 8080, Transport::kWs};
  return config;
}

TEST(Contact, NamesTheTransportAndOurAddressThere) {
  const Config config = all_transports();
  const std::string_view peer = "sip:peer@192.0.2.2";
  EXPECT_EQ(contact_for(config, Transport::kUdp, peer), "<sip:192.0.2.1:5060>");
  EXPECT_EQ(contact_for(config, Transport::kTcp, peer), "<sip:192.0.2.1:5060;transport=tcp>");
  EXPECT_EQ(contact_for(config, Transport::kTls, peer), "<sip:192.0.2.1:5061;transport=tls>");
  EXPECT_EQ(contact_for(config, Transport::kWs, peer), "<sip:192.0.2.1:8080;transport=ws>");
  // Where we do not listen there is no better address than the usual one.
  EXPECT_EQ(contact_at(test_config(), Transport::kTls),
            (Endpoint{"192.0.2.1", 5060, Transport::kTls}));
}

TEST(Contact, OfASecureCallIsSecure_8_1_1_8) {
  EXPECT_EQ(contact_for(all_transports(), Transport::kTls, "SIPS:peer@example.com"),
            "<sips:192.0.2.1:5061>");
}

TEST(Contact, OfAnInviteFollowsItsTransport) {
  const auto contact_to = [](std::string target) {
    Given<DialogLayer> layer;
    layer.config() = all_transports();
    const Outbox out = layer.when(PlaceCall{CallId{1}, std::move(target), sdp_text()});
    return header_of(mail_in<SendRequest, ToTransaction>(out).request, Header::kContact);
  };
  EXPECT_EQ(contact_to("sip:peer@192.0.2.2"), "<sip:192.0.2.1:5060>");
  EXPECT_EQ(contact_to("sip:peer@192.0.2.2;transport=tcp"), "<sip:192.0.2.1:5060;transport=tcp>");
  EXPECT_EQ(contact_to("sips:peer@192.0.2.2"), "<sips:192.0.2.1:5061>");
}

}  // namespace
}  // namespace lastcall::core
