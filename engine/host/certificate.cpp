#include "engine/host/certificate.hpp"

#include "engine/sip/uri.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cctype>
#include <memory>
#include <openssl/x509v3.h>

namespace lastcall::host {
namespace {

using GeneralNames = std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)>;

GeneralNames names_in(const X509& certificate) {
  void* const names = X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr);
  return {static_cast<GENERAL_NAMES*>(names), &GENERAL_NAMES_free};
}

std::string_view text_of(const ASN1_STRING* string) {
  const unsigned char* const bytes = ASN1_STRING_get0_data(string);
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Calls f(name) for each alternative name of this type.
template <class F>
void for_each_name(const X509& certificate, int type, F&& f) {
  const GeneralNames names = names_in(certificate);
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int found = 0;
    const void* const value =
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &found);
    if (found == type) f(text_of(static_cast<const ASN1_STRING*>(value)));
  }
}

bool certifies_address(const X509& certificate, const boost::asio::ip::address& address) {
  const auto same = [](std::string_view wanted, std::string_view shown) { return wanted == shown; };
  bool found = false;
  for_each_name(certificate, GEN_IPADD, [&](std::string_view shown) {
    if (address.is_v4()) {
      const auto bytes = address.to_v4().to_bytes();
      found |= same({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, shown);
    } else {
      const auto bytes = address.to_v6().to_bytes();
      found |= same({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, shown);
    }
  });
  return found;
}

}  // namespace

std::vector<std::string> sip_domains(const X509& certificate) {
  std::vector<std::string> domains;
  for_each_name(certificate, GEN_URI, [&](std::string_view text) {
    const auto uri = sip::parse_uri(text);
    // RFC 5922 7.1: sip only, not sips; a URI with a user is a person's, not a domain's.
    if (uri && lower(uri->scheme) == "sip" && uri->user.empty()) {
      domains.push_back(lower(uri->host));
    }
  });
  if (!domains.empty()) return domains;
  for_each_name(certificate, GEN_DNS,
                [&](std::string_view text) { domains.push_back(lower(text)); });
  return domains;
}

bool certifies(const X509& certificate, std::string_view server) {
  const std::vector<std::string> domains = sip_domains(certificate);
  if (std::ranges::find(domains, lower(server)) != domains.end()) return true;
  boost::system::error_code not_numeric;
  const auto address = boost::asio::ip::make_address(server, not_numeric);
  return !not_numeric && certifies_address(certificate, address);
}

}  // namespace lastcall::host
