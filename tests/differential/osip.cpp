#include "tests/differential/reading.hpp"

#include <cstdlib>
#include <osipparser2/osip_parser.h>

namespace lastcall::differential {
namespace {

std::string text_of(const char* text) { return text == nullptr ? std::string{} : text; }

// Leading zeros count for nothing; libosip2 keeps numbers as text.
std::string number_of(const char* text) {
  const std::string number = text_of(text);
  const std::size_t digits = number.find_first_not_of('0');
  return digits == std::string::npos ? number.substr(0, 1) : number.substr(digits);
}

// What a *_to_str function of libosip2 gives, which has to be freed.
template <class T, class Write>
std::string written(const T* part, Write&& write) {
  char* text = nullptr;
  if (part == nullptr || write(part, &text) != OSIP_SUCCESS) return {};
  std::string copy = text_of(text);
  osip_free(text);
  return copy;
}

std::string tag_of(osip_from_t* party) {
  osip_generic_param_t* tag = nullptr;
  if (party == nullptr || osip_from_get_tag(party, &tag) != OSIP_SUCCESS) return {};
  return text_of(tag->gvalue);
}

std::string branch_of(osip_message_t* message) {
  osip_via_t* via = nullptr;
  osip_generic_param_t* branch = nullptr;
  if (osip_message_get_via(message, 0, &via) < 0) return {};
  if (osip_via_param_get_byname(via, const_cast<char*>("branch"), &branch) < 0) return {};
  return branch == nullptr ? std::string{} : text_of(branch->gvalue);
}

std::size_t body_size(osip_message_t* message) {
  osip_body_t* body = nullptr;
  return osip_message_get_body(message, 0, &body) < 0 ? 0 : body->length;
}

Reading read(osip_message_t* message) {
  const osip_cseq_t* cseq = message->cseq;
  Reading reading{{"verdict", "read"},
                  {"cseq", cseq == nullptr ? "" : number_of(cseq->number)},
                  {"method", cseq == nullptr ? "" : text_of(cseq->method)},
                  {"call-id", written(message->call_id, osip_call_id_to_str)},
                  {"from-tag", tag_of(message->from)},
                  {"to-tag", tag_of(message->to)},
                  {"vias", std::to_string(osip_list_size(&message->vias))},
                  {"branch", branch_of(message)},
                  {"body", std::to_string(body_size(message))}};
  if (MSG_IS_REQUEST(message)) {
    reading["method"] = text_of(message->sip_method);
    reading["uri"] = written(message->req_uri, osip_uri_to_str);
  } else {
    reading["status"] = std::to_string(message->status_code);
    reading["reason"] = text_of(message->reason_phrase);
  }
  return reading;
}

void say_nothing(const char*, int, osip_trace_level_t, const char*, va_list) {}

}  // namespace

Reading read_by_osip(const std::string& bytes) {
  osip_trace_initialize_func(TRACE_LEVEL0, say_nothing);
  parser_init();
  osip_message_t* message = nullptr;
  osip_message_init(&message);
  const bool fine = osip_message_parse(message, bytes.data(), bytes.size()) == OSIP_SUCCESS;
  Reading reading = fine ? read(message) : Reading{{"verdict", "refused"}};
  osip_message_free(message);
  return reading;
}

}  // namespace lastcall::differential
