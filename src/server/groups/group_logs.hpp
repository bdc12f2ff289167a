#pragma once
#include "server/route.hpp"

/// The logs of groups: two lanes in one order, by keys and tags that say nothing of any account (design, section 8).
namespace sotto::server {

constexpr std::string_view tag_header = "Sotto-Tag";

/// By the head: 403 no_such_group for a wrong tag, or a group that isn't there.
asio::awaitable<base::Result<GroupAccess, net::Response>> group_of(Context& context, const Call& call);

/// PUT /v1/groups/{id}, by a grant for it. errors   400 bad_statement; 409 group_exists
asio::awaitable<net::Response> create_group(Context& context, Call call);
/// POST /v1/groups/{id}/state, by the member tag and an admin's signature.
/// errors   400 bad_statement; 403 no_such_group (also: the read tag only); 409 group_passed (with position and hash of
///          the last state entry); 429 too_many; 507 group_full
asio::awaitable<net::Response> append_state(Context& context, Call call);
/// POST /v1/groups/{id}/statements, by the member tag.
/// errors   400 malformed_body; 403 no_such_group; 409 too_many_statements; 429 too_many; 507 group_full
asio::awaitable<net::Response> append_statement(Context& context, Call call);
/// GET /v1/groups/{id}/log?after=N[&wait=1], by read tag or member tag. With `wait` an empty answer takes until
/// something comes, at most limits::long_poll.
asio::awaitable<net::Response> read_log(Context& context, Call call);

}  // namespace sotto::server
