#pragma once
// A SIP message as a value: the bytes as received and a table of slices into them. What every layer
// needs (method, tags, Call-ID, CSeq, top Via) was read and validated by sip::parse, the only one
// who makes such values; all other headers are decoded on demand (sip/headers.hpp). Views that the
// accessors return live as long as this message object. No parsing happens here.

#include "engine/model/sip_names.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lastcall {
inline namespace model {

// A part of a message's bytes; offsets instead of pointers, so that copies of a message stay valid.
struct Slice {
  std::uint16_t offset = 0;
  std::uint16_t size = 0;
};

// One element of a Via header (RFC 3261 20.42), as views into the text it was read from.
struct Via {
  std::string_view transport = {};          // as written: "UDP"
  std::string_view host = {};               // sent-by without the brackets of an IPv6 reference
  std::optional<std::uint16_t> port = {};   // nothing: the default of the transport
  std::string_view branch = {};             // empty if there is none (RFC 2543)
  std::string_view received = {};           // without brackets; empty if there is none
  std::optional<std::uint16_t> rport = {};  // RFC 3581; 0: asked for, without a value
  std::string_view maddr = {};
  std::string_view params = {};  // everything from the first ';' on

  // RFC 3261 8.1.1.7: the branch is unique only behind the magic cookie; without one (or with the
  // bare cookie) the rules of RFC 2543 match requests.
  [[nodiscard]] bool has_unique_branch() const {
    return branch.size() > kBranchCookie.size() && branch.starts_with(kBranchCookie);
  }
  static constexpr std::string_view kBranchCookie = "z9hG4bK";
};

// A header line: `value` is trimmed and holds no line breaks (folds have become spaces).
struct HeaderView {
  Header kind = Header::kOther;
  std::string_view name;  // as written
  std::string_view value;
};

// What sip::parse found, as slices; empty slices for what is absent.
struct MessageParts {
  struct Line {
    Header kind = Header::kOther;
    Slice name;
    Slice value;
  };
  struct TopVia {
    Slice transport, host, branch, received, maddr, params;
    std::optional<std::uint16_t> port, rport;
  };
  std::vector<Line> lines;
  TopVia via;
  Slice method, uri, reason;  // start line; `method` is that of the CSeq in a response
  struct Party {
    Slice uri, tag;
  };
  Party from, to;
  Slice call_id, body;
  std::uint32_t cseq = 0;
  std::uint16_t status = 0;  // 0: a request
  std::uint16_t via_count = 0;
  std::optional<std::uint8_t> max_forwards;
  Method method_kind = Method::kOther;
};

class SipMessage {
 public:
  // An empty message, equal to no parsed one.
  SipMessage() = default;
  // REQUIRES: every slice of `parts` lies inside `bytes`. For sip::parse.
  SipMessage(std::string bytes, MessageParts parts)
      : bytes_(std::move(bytes)), parts_(std::move(parts)) {}

  // Equal bytes were parsed to equal parts.
  bool operator==(const SipMessage& other) const { return bytes_ == other.bytes_; }

  [[nodiscard]] bool is_request() const { return parts_.status == 0; }
  [[nodiscard]] bool is_response() const { return parts_.status != 0; }

  // The method of this request, or of the request that this response answers (its CSeq method).
  [[nodiscard]] Method method() const { return parts_.method_kind; }
  [[nodiscard]] std::string_view method_text() const { return view(parts_.method); }
  // 100 to 699; 0 for a request.
  [[nodiscard]] int status() const { return parts_.status; }
  [[nodiscard]] std::string_view reason() const { return view(parts_.reason); }
  // The request URI as written; empty for a response.
  [[nodiscard]] std::string_view request_uri() const { return view(parts_.uri); }

  [[nodiscard]] std::string_view call_id() const { return view(parts_.call_id); }
  // As written, without <>; of any scheme.
  [[nodiscard]] std::string_view from_uri() const { return view(parts_.from.uri); }
  [[nodiscard]] std::string_view to_uri() const { return view(parts_.to.uri); }
  // Empty: no tag (RFC 2543, and the To of a request outside dialogs).
  [[nodiscard]] std::string_view from_tag() const { return view(parts_.from.tag); }
  [[nodiscard]] std::string_view to_tag() const { return view(parts_.to.tag); }
  [[nodiscard]] std::uint32_t cseq() const { return parts_.cseq; }
  // Nothing if absent or above 255 (RFC 4475 3.1.2.4: treated as absent).
  [[nodiscard]] std::optional<std::uint8_t> max_forwards() const { return parts_.max_forwards; }

  // The topmost Via element.
  [[nodiscard]] Via via() const;
  // How many Via elements there are: a response with more than one is not ours (RFC 3261 8.1.3.3).
  [[nodiscard]] std::size_t via_count() const { return parts_.via_count; }

  [[nodiscard]] std::string_view body() const { return view(parts_.body); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

  // The value of the first line of this kind; nothing if there is none.
  [[nodiscard]] std::optional<std::string_view> header(Header kind) const;
  // The same by name, letters of either case: for headers the engine has no enumerator for.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

  // Header lines in order.
  [[nodiscard]] std::size_t header_count() const { return parts_.lines.size(); }
  [[nodiscard]] HeaderView header_at(std::size_t index) const {
    const MessageParts::Line& line = parts_.lines[index];
    return {line.kind, view(line.name), view(line.value)};
  }

 private:
  [[nodiscard]] std::string_view view(Slice slice) const {
    return std::string_view{bytes_}.substr(slice.offset, slice.size);
  }

  std::string bytes_;
  MessageParts parts_;
};

}  // namespace model
}  // namespace lastcall
