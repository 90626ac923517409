/** Browser script: `postGraphql(endpoint, request, headers)` gives the parsed answer; throws where it is no JSON. */
export const postScript = `
const postGraphql = async (endpoint, request, headers) => {
  const response = await fetch(endpoint, {
    method: 'POST',
    credentials: 'omit',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('The server answered with status ' + response.status + ' and no JSON.');
  }
};
`;
