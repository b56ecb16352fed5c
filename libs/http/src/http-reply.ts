/** What handlers use of a reply of the web server. */
export interface HttpReply {
  header(name: string, value: string): HttpReply;
  status(code: number): HttpReply;
  send(body: string): unknown;
}
