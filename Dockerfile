# Built in one stage, run in another: the image holds the compiled program and the packages it needs to run, 46 MB of them.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
# The page of the dashboard is bundled by one of them.
COPY scripts ./scripts
# The sample apps' SDK is optional and stays out: `demo` is for a checkout, the image is for `proxy` and `run`.
RUN npm run build && npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY bin ./bin
COPY scenarios ./scenarios
COPY schema ./schema
# Runs are written below the working directory; mount a volume at /data to keep them.
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
WORKDIR /data
EXPOSE 4141
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4142/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The data listener must be reachable from other containers; the control channel stays inside this one.
ENTRYPOINT ["node", "/app/bin/llm-chaos.js"]
CMD ["proxy", "--listen", "0.0.0.0:4141", "--control", "127.0.0.1:4142"]
