/*
 * Stands in for `node:http` in the functions' bundles. To import that module by name has Node load all that it can
 * export, and with that the whole of its own fetch and WebSocket, some 20 ms of every cold start, for nothing.
 */
const http = process.getBuiltinModule('node:http');

export const { Agent, request, STATUS_CODES } = http;
export default http;
