// Fuzz target: bytes to a message. Whatever is read lies inside the bytes, is read again to the
// same, and can be answered; what is refused says where and, if it is answered, with what.

#include "engine/base/check.hpp"
#include "engine/sip/body.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/write.hpp"
#include "tests/fuzz/target.hpp"

namespace lastcall::fuzz {
namespace {

const Endpoint kSource{"198.51.100.7", 5060, Transport::kUdp};

bool is_inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_parts(const SipMessage& message) {
  const std::string_view bytes = message.bytes();
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    const HeaderView line = message.header_at(i);
    CHECK(is_inside(line.name, bytes) && is_inside(line.value, bytes), "no view leaves the bytes");
    CHECK(line.value.find_first_of("\r\n") == line.value.npos, "a value holds no line end");
  }
  CHECK(is_inside(message.body(), bytes), "no view leaves the bytes");
  for (const Header kind : {Header::kContact, Header::kRoute, Header::kRecordRoute}) {
    sip::for_each_value(message, kind, [](std::string_view value) {
      CHECK(value == "*" || sip::parse_name_addr(value), "addresses were read with the message");
    });
  }
  (void)sip::body_parts(message);
}

// RFC 3261 8.2.6: the answer to what we could read is read by us to the same transaction.
void check_answer(const SipMessage& request) {
  const std::string head = sip::response_head(request, kSource);
  const auto answer = sip::parse(sip::response(head, {.status = 400, .to_tag = "t"}));
  if (!answer) {
    CHECK(request.bytes().size() > 60'000, "an answer to a good request is a good response");
    return;
  }
  CHECK(answer->call_id() == request.call_id() && answer->from_tag() == request.from_tag(),
        "an answer is in the call of its request");
  CHECK(answer->cseq() == request.cseq() && answer->via().branch == request.via().branch,
        "an answer is in the transaction of its request");
  CHECK(answer->via_count() == request.via_count(), "an answer goes back the way");
}

void check_refusal(const sip::MessageError& error, std::size_t size) {
  CHECK(error.position <= size, "a fault lies inside the bytes");
  CHECK(error.request.has_value() == (error.status != 0), "only what can be read is answered");
  CHECK(!error.keep_alive || error.status == 0, "a keep-alive is no fault");
  if (error.request) (void)sip::response_head(*error.request, kSource);
}

}  // namespace

// Shows SEC-07.
void run(std::string_view bytes) {
  const auto message = sip::parse(std::string{bytes});
  if (!message) return check_refusal(message.error(), bytes.size());
  CHECK(message->bytes().size() <= bytes.size(), "a message has no more bytes than came");
  const auto again = sip::parse(message->bytes());
  CHECK(again && *again == *message, "a message is read to itself");
  CHECK(again->header_count() == message->header_count(), "a message is read to itself");
  check_parts(*message);
  if (message->is_request()) check_answer(*message);
  // RFC 3261 18.3: with a length, no beginning is whole.
  const bool has_length = message->header(Header::kContentLength).has_value();
  if (!has_length || message->body().empty()) return;
  const std::size_t cut = message->bytes().size() - 1 - bytes.size() % message->body().size();
  CHECK(!sip::parse(message->bytes().substr(0, cut)), "a part of a message is no message");
}

}  // namespace lastcall::fuzz
