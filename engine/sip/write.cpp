#include "engine/sip/write.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace lastcall::sip {
namespace {

// Values come from peers and users: what could begin a new line becomes a space.
void append_value(std::string& text, std::string_view value) {
  const std::size_t from = text.size();
  text += value;
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
      [](char c) { return c == '\r' || c == '\n'; }, ' ');
}

void append_line(std::string& text, std::string_view name, std::string_view value) {
  append_value(text, name);
  text += ": ";
  append_value(text, value);
  text += "\r\n";
}

// Every line of one kind, under the name of the table.
void append_all(std::string& text, const SipMessage& message, Header kind) {
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    const HeaderView line = message.header_at(i);
    if (line.kind == kind) append_line(text, name(kind), line.value);
  }
}

void append_first(std::string& text, const SipMessage& message, Header kind) {
  append_line(text, name(kind), message.header(kind).value_or(""));
}

void append_body(std::string& text, std::string_view body, std::string_view content_type) {
  if (!body.empty() && !content_type.empty()) {
    append_line(text, name(Header::kContentType), content_type);
  }
  append_line(text, name(Header::kContentLength), std::to_string(body.size()));
  text.append("\r\n").append(body);
}

std::string upper(std::string_view word) {
  std::string text{word};
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

// RFC 3261 18.2.1 and RFC 3581 4: the top Via as the responses carry it.
std::string amended_via(const Via& via, std::string_view element, const Endpoint& source) {
  const bool asked = via.rport.has_value();
  const bool named = is_same_host(via.host, source.host);
  if (source.host.empty() || via.host.empty() || (named && !asked)) return std::string{element};
  std::string text{element.substr(0, element.size() - via.params.size())};
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  text.append(without_params(via.params, {"received", "rport"}))
      .append(";received=")
      .append(source.host);
  if (asked) text.append(";rport=").append(std::to_string(source.port));
  return text;
}

void append_vias(std::string& text, const SipMessage& request, const Endpoint& source) {
  bool is_top = true;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const HeaderView line = request.header_at(i);
    if (line.kind != Header::kVia) continue;
    if (!std::exchange(is_top, false)) {
      append_line(text, name(Header::kVia), line.value);
      continue;
    }
    const ListSplit split = split_list(line.value);
    append_line(text, name(Header::kVia), amended_via(request.via(), split.first, source));
    if (split.rest) append_line(text, name(Header::kVia), *split.rest);
  }
}

// What ACK for a failure and CANCEL have in common: the INVITE's URI, top Via, Route, From, Call-ID
// and CSeq number, with the To given.
std::string echo_of(const SipMessage& invite, Method method, std::string_view to) {
  Writer writer{method, invite.request_uri()};
  const std::string_view top = split_list(invite.header(Header::kVia).value_or("")).first;
  writer.header(Header::kVia, top).max_forwards(70);
  std::string routes;
  append_all(routes, invite, Header::kRoute);
  writer.lines(routes)
      .header(Header::kFrom, invite.header(Header::kFrom).value_or(""))
      .header(Header::kTo, to)
      .header(Header::kCallId, invite.call_id())
      .cseq(invite.cseq());
  return std::move(writer).finish({}, {});
}

// Where the lines end that all have this name, counted from the start.
std::size_t end_of_lines(std::string_view lines, Header kind) {
  const std::string start = std::string{name(kind)} + ": ";
  std::size_t end = 0;
  while (lines.substr(end).starts_with(start)) {
    end = std::min(lines.find('\n', end), lines.size() - 1) + 1;
  }
  return end;
}

}  // namespace

Writer::Writer(Method method, std::string_view uri) : Writer(name(method), uri) {}

Writer::Writer(std::string_view method, std::string_view uri) : method_(method) {
  text_.reserve(1024);
  append_value(text_, method);
  text_ += ' ';
  append_value(text_, uri);
  text_ += " SIP/2.0\r\n";
}

Writer& Writer::via(const Endpoint& sent_by, std::string_view branch) {
  std::string value = sent_by_text(sent_by);
  value.append(";branch=").append(branch).append(";rport");
  return header(Header::kVia, value);
}

Writer& Writer::max_forwards(std::uint8_t hops) {
  return header(Header::kMaxForwards, std::to_string(hops));
}

Writer& Writer::cseq(std::uint32_t number) {
  return header(Header::kCseq, std::to_string(number) + " " + method_);
}

Writer& Writer::header(Header kind, std::string_view value) { return header(name(kind), value); }

Writer& Writer::header(std::string_view header_name, std::string_view value) {
  append_line(text_, header_name, value);
  return *this;
}

Writer& Writer::lines(std::string_view lines) {
  text_ += lines;
  return *this;
}

std::string Writer::finish(std::string_view body, std::string_view content_type) && {
  append_body(text_, body, content_type);
  return std::move(text_);
}

std::string header_line(Header kind, std::string_view value) {
  return header_line(name(kind), value);
}

std::string header_line(std::string_view header_name, std::string_view value) {
  std::string text;
  append_line(text, header_name, value);
  return text;
}

std::string sent_by_text(const Endpoint& local) {
  return "SIP/2.0/" + upper(name(local.transport)) + " " + to_text(local);
}

std::string body_text(std::string_view body, std::string_view content_type) {
  std::string text;
  append_body(text, body, content_type);
  return text;
}

std::string contact_of(const Endpoint& local) {
  std::string text = "<sip:" + to_text(local);
  if (local.transport != Transport::kUdp) text.append(";transport=").append(name(local.transport));
  return text + ">";
}

std::string response_head(const SipMessage& request, const Endpoint& source) {
  std::string text;
  text.reserve(512);
  append_vias(text, request, source);
  append_first(text, request, Header::kFrom);
  append_first(text, request, Header::kCallId);
  append_first(text, request, Header::kCseq);
  append_first(text, request, Header::kTo);
  if (request.to_tag().empty()) text.resize(text.size() - 2);
  return text;
}

std::string response(std::string_view head, const ResponseParts& parts) {
  std::string text;
  text.reserve(head.size() + parts.lines.size() + parts.body.size() + 256);
  text.append("SIP/2.0 ").append(std::to_string(parts.status)).append(" ");
  append_value(text, parts.reason.empty() ? reason_phrase(parts.status) : parts.reason);
  // RFC 3261 7.3.1: what proxies look for stands in front, here Via and Record-Route.
  const std::size_t vias = end_of_lines(head, Header::kVia);
  const std::size_t routes = end_of_lines(parts.lines, Header::kRecordRoute);
  text.append("\r\n").append(head.substr(0, vias)).append(parts.lines.substr(0, routes));
  text.append(head.substr(vias));
  if (!head.ends_with("\r\n")) {
    if (!parts.to_tag.empty()) {
      text += ";tag=";
      append_value(text, parts.to_tag);
    }
    text += "\r\n";
  }
  text += parts.lines.substr(routes);
  append_body(text, parts.body, parts.content_type);
  return text;
}

std::string record_route_lines(const SipMessage& request) {
  std::string text;
  append_all(text, request, Header::kRecordRoute);
  return text;
}

std::string ack_for_failure(const SipMessage& invite, const SipMessage& response) {
  return echo_of(invite, Method::kAck, response.header(Header::kTo).value_or(""));
}

std::string cancel_for(const SipMessage& invite) {
  return echo_of(invite, Method::kCancel, invite.header(Header::kTo).value_or(""));
}

Endpoint response_destination(const SipMessage& request, const Endpoint& source) {
  const Via via = request.via();
  // A Via that could not be read names no port: the answer goes where the request came from.
  if (source.transport != Transport::kUdp || via.host.empty()) return source;
  const std::uint16_t port = via.port.value_or(5060);
  if (const std::optional<std::string> maddr = numeric_host(via.maddr)) {
    return {*maddr, port, Transport::kUdp};
  }
  if (via.rport) return source;
  return {source.host, port, Transport::kUdp};
}

}  // namespace lastcall::sip
