#include "engine/sip/parse.hpp"
#include "tests/differential/reading.hpp"

namespace lastcall::differential {

Reading read_by_us(const std::string& bytes) {
  const auto message = sip::parse(bytes);
  if (!message) return {{"verdict", "refused"}};
  Reading reading{{"verdict", "read"},
                  {"cseq", std::to_string(message->cseq())},
                  {"method", std::string{message->method_text()}},
                  {"call-id", std::string{message->call_id()}},
                  {"from-tag", std::string{message->from_tag()}},
                  {"to-tag", std::string{message->to_tag()}},
                  {"vias", std::to_string(message->via_count())},
                  {"branch", std::string{message->via().branch}},
                  {"body", std::to_string(message->body().size())}};
  if (message->is_request()) {
    reading["uri"] = message->request_uri();
  } else {
    reading["status"] = std::to_string(message->status());
    reading["reason"] = message->reason();
  }
  return reading;
}

}  // namespace lastcall::differential
